import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, MigrationError } from '../core/errors/index';
import { didYouMean } from '../core/errors/near-names';
import type { Ports } from '../core/ports';
import { type FindingClients, type FoundLedger, findLedgers } from './find-ledgers';
import { portsOn } from './ledger-ports';
import { useSandbox } from './sandbox-package';

/** Which ledger a command is about. */
export interface ScopeOptions {
  /** A sandbox's state folder. Without it and with `stack` the command talks to AWS. */
  readonly state?: string;
  readonly stack?: string;
  readonly scope?: string;
}

/** A scope that was found, and everything that working on it needs. */
export interface ScopeAccess {
  readonly scope: string;
  readonly stack: string;
  readonly ports: Ports;
}

/** The state folder of a sandbox, relative to the current folder, unless a command names another. */
const defaultStateFolder = '.sandbox';

/** Finds the scope that the options name, in AWS or in a sandbox, and works on it. */
export function withScope<T>(options: ScopeOptions, work: (access: ScopeAccess) => Promise<T>): Promise<T> {
  return withMatchingScopes(options, (all) => {
    if (all.length > 1) throw ambiguous(all);
    return work(all[0]!);
  });
}

/** Finds all scopes that the options may mean, at least one, and works on them. */
export function withMatchingScopes<T>(
  options: ScopeOptions,
  work: (all: readonly ScopeAccess[]) => Promise<T>,
): Promise<T> {
  return withAws(options, async (clients) => {
    const all = await findLedgers(clients, options.stack);
    const candidates = all.filter(({ location }) => options.scope === undefined || location.scope === options.scope);
    if (candidates.length === 0) throw notFound(all, options);
    return work(await Promise.all(candidates.map((found) => open(clients, found))));
  });
}

/** All scopes of a sandbox or of AWS. */
export function withScopes<T>(options: ScopeOptions, work: (all: readonly ScopeAccess[]) => Promise<T>): Promise<T> {
  return withAws(options, async (clients) => {
    const found = await findLedgers(clients, options.stack);
    return work(await Promise.all(found.map((ledger) => open(clients, ledger))));
  });
}

/** AWS or a sandbox, for what belongs to no single scope. */
export function withAccount<T>(options: ScopeOptions, work: (clients: FindingClients) => Promise<T>): Promise<T> {
  return withAws(options, work);
}

async function open({ dynamodb }: FindingClients, { stack, location }: FoundLedger): Promise<ScopeAccess> {
  return { scope: location.scope, stack, ports: await portsOn(location.table, dynamodb) };
}

function withAws<T>(options: ScopeOptions, finds: (clients: FindingClients) => Promise<T>): Promise<T> {
  const state = stateFolderOf(options);
  const work = (clients: FindingClients) =>
    finds(clients).catch((error: unknown) => Promise.reject(explained(error, options)));
  if (state === undefined) return withClients(work);
  return useSandbox(async ({ connect }) => {
    const { environmentVariables, lost, close } = await connect(state);
    try {
      setVariables(environmentVariables);
      return await Promise.race([withClients(work), lost]);
    } finally {
      await close();
    }
  });
}

async function withClients<T>(work: (clients: FindingClients) => Promise<T>): Promise<T> {
  const [{ CloudFormationClient }, { DynamoDBClient }] = await Promise.all([
    import('../lambda/aws/seldom-clients.js'),
    import('@aws-sdk/client-dynamodb'),
  ]);
  return work({ cloudFormation: new CloudFormationClient({}), dynamodb: new DynamoDBClient({}) });
}

/** SDK clients find endpoints and credentials in the environment, so a sandbox needs only its variables there. */
function setVariables(variables: Readonly<Record<string, string>>): void {
  // These would take precedence over the sandbox's own credentials.
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];
  Object.assign(process.env, variables);
}

function stateFolderOf({ state, stack }: ScopeOptions): string | undefined {
  if (state !== undefined) return resolve(state);
  if (stack !== undefined) return undefined;
  if (existsSync(defaultStateFolder)) return resolve(defaultStateFolder);
  throw new MigrationError('USAGE', 'Neither --stack nor --state is given, and there is no .sandbox folder here.', {
    hint: 'Add --stack NAME for a stack in AWS, or --state DIR for a sandbox.',
  });
}

/** CloudFormation does not know which stacks the user means: those of AWS, or those of the sandbox. */
function explained(error: unknown, options: ScopeOptions): unknown {
  const { stack } = options;
  const isMissing = error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
  if (!isMissing) return error;
  const details = { payload: { stack }, hint: whereItLooked(options), cause: error };
  return new MigrationError('SCOPE_NOT_FOUND', error.message, details);
}

/** For who meant the other place. */
function whereItLooked({ state, stack }: ScopeOptions): string {
  if (state !== undefined) return `This looked in the sandbox ${state}. Leave out --state for a stack in AWS.`;
  if (stack === undefined)
    return `This looked in the sandbox ${defaultStateFolder}. Add --stack NAME for a stack in AWS.`;
  if (!existsSync(defaultStateFolder)) return 'This looked in AWS. Add --state DIR for a sandbox.';
  return `This looked in AWS. Add --state ${defaultStateFolder} for the sandbox of this folder.`;
}

function notFound(all: readonly FoundLedger[], options: ScopeOptions): MigrationError {
  const { stack, scope } = options;
  const known = all.map(({ location }) => location.scope);
  if (scope !== undefined && known.length > 0) {
    return new MigrationError('SCOPE_NOT_FOUND', describe({ what: 'Unknown scope', seen: scope, allowed: known }), {
      payload: { scope, known },
      hint: didYouMean(scope, known),
    });
  }
  const where = stack === undefined ? 'No stack here has a' : `The stack ${stack} has no`;
  return new MigrationError('SCOPE_NOT_FOUND', `${where} ledger of migrations.`, {
    payload: { stack, scope },
    hint: `Name a deployed stack that has a DatabaseMigrations construct. ${whereItLooked(options)}`,
  });
}

function ambiguous(candidates: readonly ScopeAccess[]): MigrationError {
  const scopes = candidates.map(({ scope }) => scope);
  return new MigrationError('SCOPE_AMBIGUOUS', `There are several scopes: ${scopes.join(', ')}.`, {
    payload: { scopes },
    hint: `Add --scope, for example --scope ${scopes[0]}.`,
  });
}
