export {};

/** Mistakes in how migrations relate to each other, and damaged bundles. */
declare module '../errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * A text is not a semantic version.
     * @remedy Write three numbers and optionally a pre-release, such as 1.4.0 or 2.0.0-beta.1, without a leading v.
     */
    INVALID_VERSION: { readonly version: string; readonly rename?: string };
    /**
     * Two files of one target have the same version.
     * @remedy Give one of them the next version, and let it depend on the other if their order matters.
     */
    DUPLICATE_VERSION: { readonly id: string; readonly files: readonly string[] };
    /**
     * A migration depends on one that no file provides.
     * @remedy Add that migration, or remove the dependency.
     */
    UNKNOWN_DEPENDENCY: { readonly id: string; readonly dependency: string };
    /**
     * Migrations depend on each other in a circle.
     * @remedy Remove one of the dependencies that the message lists.
     */
    DEPENDENCY_CYCLE: { readonly path: readonly string[] };
    /**
     * The up phase loses something before the deployment has succeeded (guarantee G2).
     * @remedy Move it to the contract phase, or write `-- allow-destructive: <reason>` above the statement (TypeScript:
     *   `allowDestructive` of the operation).
     */
    DESTRUCTIVE_CHANGE: {
      readonly id: string;
      readonly change: string;
      readonly object: string;
      readonly name: string;
    };
    /**
     * The up phase does something that no `down` can take back, such as adding a value to an enum.
     * @remedy Write `-- allow-irreversible: <reason>` above the statement, with why it may stay after a rollback.
     */
    IRREVERSIBLE_CHANGE: {
      readonly id: string;
      readonly change: string;
      readonly object: string;
      readonly name: string;
    };
    /**
     * A migration rebuilds a table under other keys, which needs blue-green switching of tables. This version has none.
     * @remedy Create a table with the new keys under another name, fill it, and point the application to it in a later release.
     */
    SWITCHING_NOT_AVAILABLE: { readonly table: string };
    /**
     * The bytes of a bundle do not match its digest, or it no longer has a migration as it was applied.
     * @remedy Upload the bundle again by deploying its revision; run `migrations repair` if a rollback had stopped.
     */
    BUNDLE_DIGEST_MISMATCH: { readonly seen?: string; readonly digest: string };
    /**
     * The file where the bundle should be is not one, although its digest is as deployed.
     * @remedy Synthesize and deploy the app again.
     */
    MALFORMED_BUNDLE: NoPayload;
    /**
     * A bundle has a format that this version cannot read.
     * @remedy Deploy with the newer version of cdk-migrations that built the bundle.
     */
    UNKNOWN_BUNDLE_FORMAT: { readonly format: unknown };
  }
}
