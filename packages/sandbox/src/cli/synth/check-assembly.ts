import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../../sandbox-error';
import type { Terminal } from '../output';

interface Manifest {
  readonly missing?: readonly MissingContext[];
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface MissingContext {
  readonly key: string;
  readonly provider: string;
}

interface Artifact {
  readonly metadata?: Metadata;
  /** Newer versions of the CDK write the metadata into a file of their own. */
  readonly additionalMetadataFile?: string;
}

/** What the app reported with `Annotations`, by construct path. */
type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

/** Refuses an assembly that the CDK CLI would refuse: with context that is missing, or errors that the app reports. */
export function checkAssembly(folder: string, terminal: Terminal): void {
  const { missing = [], artifacts = {} } = readJson<Manifest>(join(folder, 'manifest.json'));
  if (missing.length > 0) throw contextMissing(missing);
  const annotations = Object.values(artifacts).flatMap((artifact) => annotationsOf(folder, artifact));
  for (const { text } of annotations.filter(({ level }) => level === 'warning')) {
    terminal.warn(terminal.paint('yellow', `warning: ${text}`));
  }
  const errors = annotations.filter(({ level }) => level === 'error').map(({ text }) => text);
  if (errors.length === 0) return;
  throw new SandboxError('SYNTH_FAILED', `The app reports errors:\n${errors.map((text) => `- ${text}`).join('\n')}`, {
    payload: { errors },
    hint: 'Nothing was deployed.',
  });
}

function annotationsOf(folder: string, { metadata, additionalMetadataFile: file }: Artifact) {
  const own = file !== undefined && existsSync(join(folder, file)) ? readJson<Metadata>(join(folder, file)) : {};
  return Object.entries({ ...metadata, ...own }).flatMap(([path, entries]) =>
    entries.flatMap(({ type, data }) => {
      const level = /^aws:cdk:(warning|error)$/.exec(type)?.[1];
      return level === undefined ? [] : [{ level, text: `${path.replace(/^\//, '')}: ${String(data)}` }];
    }),
  );
}

function contextMissing(missing: readonly MissingContext[]): SandboxError {
  const keys = missing.map(({ key, provider }) => `${provider} (${key})`);
  return new SandboxError(
    'CONTEXT_MISSING',
    `The app needs context that must be looked up in an AWS account: ${keys.join(', ')}.`,
    {
      payload: { missing: missing.map(({ key }) => key) },
      hint: 'Run `cdk synth` once with AWS credentials, which writes it to cdk.context.json, or set it with --context.',
    },
  );
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
