import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { databaseKinds } from '../core/bundle/database-kinds';
import { describe, MigrationError, withDetails } from '../core/errors/index';
import { didYouMean } from '../core/errors/near-names';
import type { DatabaseKind } from '../core/wire';
import { compileToEvaluate } from './compile';
import { evaluateDefaultExport } from './evaluate';
import { displayPath } from './folder';

/** What `migrations.config.ts`, `.mjs` or `.json` says: what only an app would know otherwise. */
export interface MigrationsConfig {
  /** By the name of a target. */
  readonly targets: Readonly<Record<string, { readonly databaseKind: DatabaseKind }>>;
}

const example = "{ targets: { orders: { databaseKind: 'aurora-mysql' } } }";

/**
 * Reads a configuration file. One in TypeScript or JavaScript is run as migration files are: without the environment.
 * @throws MigrationError `MISSING_CONFIG`, `INVALID_CONFIG`, `COMPILE_FAILED`, `LOAD_FAILED`
 */
export async function readConfig(path: string): Promise<MigrationsConfig> {
  const absolutePath = resolve(path);
  const file = displayPath(absolutePath);
  if (!existsSync(absolutePath)) {
    const message = describe({ what: 'There is no configuration file', seen: file });
    throw new MigrationError('MISSING_CONFIG', message, { payload: { file }, hint: 'Correct the path of --config.' });
  }
  return checkConfig(await contentOf(absolutePath, file), file);
}

async function contentOf(absolutePath: string, file: string): Promise<unknown> {
  const source = { absolutePath, file: basename(absolutePath), location: { file, line: 1, column: 1 } };
  if (/\.json$/.test(absolutePath)) return parseJson(readFileSync(absolutePath, 'utf8'), file);
  if (!/\.(ts|mjs)$/.test(absolutePath)) {
    throw invalid(
      describe({ what: 'A configuration file cannot be', seen: file, allowed: '.ts, .mjs or .json' }),
      file,
    );
  }
  try {
    return evaluateDefaultExport(await compileToEvaluate(source), source);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    if (error.code === 'INVALID_EXPORT') throw invalid(error.message, file);
    const hint = 'The file is run without the environment, so it must need nothing but its imports.';
    throw error.code === 'LOAD_FAILED' ? withDetails(error, { hint }) : error;
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`The file is not JSON: ${(error as Error).message}.`, file, error);
  }
}

function checkConfig(value: unknown, file: string): MigrationsConfig {
  const config = objectOf(value, 'A configuration', ['targets'], file);
  const targets = Object.entries(objectOf(config.targets, 'targets', undefined, file)).map(([name, target]) => {
    const { databaseKind } = objectOf(target, `targets.${name}`, ['databaseKind'], file);
    if (!isDatabaseKind(databaseKind)) {
      const seen = typeof databaseKind === 'string' ? databaseKind : JSON.stringify(databaseKind);
      const what = `targets.${name}.databaseKind cannot be`;
      throw invalid(describe({ what, seen: seen ?? 'nothing', allowed: Object.keys(databaseKinds) }), file);
    }
    return [name, { databaseKind }] as const;
  });
  return { targets: Object.fromEntries(targets) };
}

/** @param keys all that it may and must have; undefined when any may be there */
function objectOf(
  value: unknown,
  what: string,
  keys: readonly string[] | undefined,
  file: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${what} must be an object.`, file);
  }
  const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    const message = describe({ what: `${what} has an unknown property`, seen: unknown, allowed: keys });
    throw invalid(message, file, undefined, didYouMean(unknown, keys!));
  }
  return value as Readonly<Record<string, unknown>>;
}

function isDatabaseKind(value: unknown): value is DatabaseKind {
  return typeof value === 'string' && Object.hasOwn(databaseKinds, value);
}

function invalid(message: string, file: string, cause?: unknown, hint = `For example ${example}`): MigrationError {
  return new MigrationError('INVALID_CONFIG', message, { hint, location: { file }, cause });
}
