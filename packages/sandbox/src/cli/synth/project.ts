import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../../sandbox-error';

type Json = Readonly<Record<string, unknown>>;

/** What the CDK CLI reads of a project's folder. */
export interface ProjectSettings {
  readonly app?: string;
  readonly build?: string;
  /** From cdk.json and cdk.context.json; the latter holds what was looked up in AWS. */
  readonly context: Json;
}

export function readProject(folder: string): ProjectSettings {
  const { app, build, context } = readJson(join(folder, 'cdk.json'));
  return {
    app: text(app),
    build: text(build),
    context: { ...(context as Json | undefined), ...readJson(join(folder, 'cdk.context.json')) },
  };
}

/** The context as the app sees it, in which the command line takes precedence. */
export function contextFor({ context }: ProjectSettings, given: Readonly<Record<string, string>> = {}): Json {
  return {
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:version-reporting': false,
    'aws:cdk:bundling-stacks': ['**'],
    ...context,
    ...given,
  };
}

function readJson(file: string): Json {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Json;
  } catch (cause) {
    throw new SandboxError('USAGE', `${file} is not JSON: ${String(cause)}`, { cause, location: { file } });
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
