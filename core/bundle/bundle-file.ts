import { describe, MigrationError } from '../errors/index';
import type { Bundle } from './bundle';
import { canonicalJson, sha256 } from './checksum';

/**
 * The bundle file, written at synth and read at run time. Kept apart from core/manifest, because the run time does not need
 * the graph and its versions, and loading them would only make the function slower to start.
 */
export interface SerializedBundle {
  /** Canonical JSON in UTF-8: the bundle file. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, in hex. */
  readonly revision: string;
}

export function serializeBundle(bundle: Bundle): SerializedBundle {
  const bytes = new TextEncoder().encode(canonicalJson(bundle));
  return { bytes, revision: sha256(bytes) };
}

/**
 * Reads a bundle file. The digest is checked before anything is parsed: its code will run with database rights.
 * @param digest the revision under which the bundle was asked for
 * @throws MigrationError `BUNDLE_DIGEST_MISMATCH`, `MALFORMED_BUNDLE`, `UNKNOWN_BUNDLE_FORMAT`
 */
export function parseBundle(bytes: Uint8Array, digest: string): Bundle {
  const seen = sha256(bytes);
  if (seen !== digest) {
    throw new MigrationError(
      'BUNDLE_DIGEST_MISMATCH',
      describe({ what: 'The bundle is not the one that was deployed: its digest is', seen, allowed: digest }),
      { payload: { seen, digest }, hint: 'Deploy again, so that the bundle is uploaded again.' },
    );
  }
  const bundle = parsed(bytes);
  if (bundle.format !== 1) {
    throw new MigrationError(
      'UNKNOWN_BUNDLE_FORMAT',
      describe({ what: 'Unknown bundle format', seen: String(bundle.format), allowed: '1' }),
      { payload: { format: bundle.format }, hint: 'A newer cdk-migrations made it: deploy with that version.' },
    );
  }
  if (!Array.isArray(bundle.migrations)) throw malformed('it has no list of migrations');
  return bundle as Bundle;
}

function parsed(bytes: Uint8Array): { readonly format?: unknown; readonly migrations?: unknown } {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function malformed(why: string): MigrationError {
  return new MigrationError('MALFORMED_BUNDLE', `The file of the bundle is no bundle: ${why}.`, {
    hint: 'Synthesize and deploy the app again with cdk-migrations.',
  });
}
