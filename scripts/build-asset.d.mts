/** Bundles a Lambda entry point into a folder. The entry of the result is `index.js`. */
export declare function buildAsset(folder: string, entryPoint?: string): Promise<{ readonly files: readonly string[] }>;
