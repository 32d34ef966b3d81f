import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { SandboxOptions } from '../api';
import { SandboxError } from '../sandbox-error';
import type { Greeting, Settings } from './ping';

/** The servers of databases that are not built in. */
export type DatabaseServers = Pick<SandboxOptions, 'postgresUrl' | 'mysqlUrl'>;

const variables = ['AWS_REGION', 'DYNOXIDE_PATH', 'DYNAMODB_ENDPOINT'];

/** What a sandbox runs with. */
export function settingsOf(
  assumptions: SandboxOptions['assumptions'] = {},
  { postgresUrl, mysqlUrl }: DatabaseServers = {},
): Settings {
  const environment = variables.map((name) => [name, process.env[name] ?? '']);
  return {
    assumptions,
    postgres: postgresUrl === undefined ? undefined : digest(postgresUrl),
    mysql: mysqlUrl === undefined ? undefined : digest(mysqlUrl),
    environment: Object.fromEntries(environment),
  };
}

/** Whether a sandbox that this process started would run in the same way. Servers of databases are remembered. */
export function isAsWished({ settings }: Greeting, options: SandboxOptions): boolean {
  const wished = settingsOf(options.assumptions, options);
  return (
    isDeepStrictEqual(settings.assumptions, wished.assumptions) &&
    isDeepStrictEqual(settings.environment, wished.environment) &&
    (wished.postgres === undefined || wished.postgres === settings.postgres) &&
    (wished.mysql === undefined || wished.mysql === settings.mysql)
  );
}

/** A client that asks for other settings than those of the running sandbox would silently not get them. */
export function requireSettings({ pid, settings }: Greeting, options: SandboxOptions): void {
  const { assumptions = {}, postgresUrl, mysqlUrl, stateDir } = options;
  const other = Object.keys(assumptions).find((name) => settings.assumptions[name] !== assumptions[name]);
  if (other !== undefined)
    throw runsDifferently(stateDir, pid, `without the assumption ${other}=${assumptions[other]}`);
  if (postgresUrl !== undefined && digest(postgresUrl) !== settings.postgres) {
    throw runsDifferently(stateDir, pid, 'without that PostgreSQL server');
  }
  if (mysqlUrl !== undefined && digest(mysqlUrl) !== settings.mysql) {
    throw runsDifferently(stateDir, pid, 'without that MySQL server');
  }
}

function runsDifferently(folder: string, pid: number, how: string): SandboxError {
  return new SandboxError('SANDBOX_RUNNING', `A sandbox is running on ${folder} ${how}, in process ${pid}.`, {
    payload: { folder, pid },
    hint: 'Wait until the other commands on the folder have ended, or use another --state folder.',
  });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
