import type { Manifest } from '../core/bundle/manifest';
import { type ErrorCode, errorFromData, type MigrationError } from '../core/errors/index';
import type { DeclaredTarget } from './targets';

/** What the bundler's process reads: one JSON document, as its argument or on standard input. */
export interface CheckRequest {
  /** The migrations folder, absolute or relative to the working directory. */
  readonly folder: string;
  /** See `BundleRequest.targets`. */
  readonly targets?: readonly DeclaredTarget[];
  /** A configuration file to read, see bundler/config. */
  readonly config?: string;
}

/** The same, when the bundle is to be kept. */
export interface BundleFileRequest extends CheckRequest {
  /** The folder to write `<revision>.json` into, and the rows of seed files. Created if missing. */
  readonly outputFolder: string;
}

/** What it prints: one line of JSON. */
export type BundleFileAnswer =
  | ({ readonly ok: true; readonly file?: string; readonly warnings: readonly SerializedError[] } & Pick<
      BuiltManifest,
      'revision' | 'manifest'
    >)
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly errors: readonly SerializedError[];
    };

export interface BuiltManifest {
  readonly revision: string;
  readonly manifest: Manifest;
  /** What is worth knowing, and does not keep the bundle from being built. */
  readonly warnings: readonly MigrationError[];
}

export interface BuiltBundleFile extends BuiltManifest {
  /** Absolute path of the bundle file. */
  readonly file: string;
}

/** An error as plain data. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
}

export function toPlainError({ code, message, location, hint, payload }: MigrationError): SerializedError {
  return { code, message, ...location, hint, payload };
}

export function fromPlainError({ code, message, file, line, column, hint, payload }: SerializedError): MigrationError {
  return errorFromData(code, message, {
    hint,
    payload,
    location: file === undefined ? undefined : { file, line, column },
  });
}
