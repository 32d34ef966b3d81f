import { resolve } from 'node:path';
import type { Stack } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type LedgerLocation, ledgerOutputDescription } from '../core/contract';
import { describe, MigrationError } from '../core/errors';
import { didYouMean } from '../core/near-names';
import type { Ports } from '../core/ports';
import { openExisting } from './commands/sandbox/open';
import { defaultStateFolder, isStateFolder } from './state-folder';

/** Which ledger a command is about. */
export interface ScopeOptions {
  /** A sandbox's state folder. Without it and with `stack` the command talks to AWS. */
  readonly state?: string;
  readonly stack?: string;
  readonly scope?: string;
}

/** A scope that was found, and everything to work on it. */
export interface ScopeAccess {
  readonly scope: string;
  readonly stack: string;
  readonly ports: Ports;
  /** For what the ports do not offer: old deployments. */
  readonly dynamodb: DynamoDBClient;
  readonly location: LedgerLocation;
}

/** Seconds that a lease of this process lives without renewal: as long as the one of the functions. */
const leaseSeconds = 60;

/** Finds the scope that the options mean, in AWS or in a sandbox, and works on it. */
export function withScope<T>(options: ScopeOptions, work: (access: ScopeAccess) => Promise<T>): Promise<T> {
  return withAws(options, async () => {
    const all = await findLedgers(options.stack);
    const candidates = all.filter(({ location }) => options.scope === undefined || location.scope === options.scope);
    const [found] = candidates;
    if (!found) throw notFound(all, options);
    if (candidates.length > 1) throw ambiguous(candidates);
    return work(await open(found));
  });
}

/** All scopes of a sandbox or of AWS. */
export function withScopes<T>(options: ScopeOptions, work: (all: readonly ScopeAccess[]) => Promise<T>): Promise<T> {
  return withAws(options, async () => {
    const found = await findLedgers(options.stack);
    return work(await Promise.all(found.map(open)));
  });
}

interface FoundLedger {
  readonly stack: string;
  readonly location: LedgerLocation;
}

async function open({ stack, location }: FoundLedger): Promise<ScopeAccess> {
  const [{ awsPorts }, { DynamoDBClient }] = await Promise.all([
    import('../lambda/aws/ports.js'),
    import('@aws-sdk/client-dynamodb'),
  ]);
  const dynamodb = new DynamoDBClient({});
  return {
    scope: location.scope,
    stack,
    ports: awsPorts({ ledgerTable: location.table, leaseSeconds, dynamodb }),
    dynamodb,
    location,
  };
}

/** SDK clients find their endpoints in the environment, so a sandbox needs nothing but its variables there. */
async function withAws<T>(options: ScopeOptions, work: () => Promise<T>): Promise<T> {
  const state = stateFolderOf(options);
  const sandbox = state === undefined ? undefined : await openExisting(state);
  try {
    Object.assign(process.env, sandbox?.environmentVariables, {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    });
    return await work();
  } finally {
    await sandbox?.close();
  }
}

function stateFolderOf({ state, stack }: ScopeOptions): string | undefined {
  if (state !== undefined) return resolve(state);
  if (stack !== undefined) return undefined;
  if (isStateFolder(defaultStateFolder)) return resolve(defaultStateFolder);
  throw new MigrationError('USAGE', 'Neither a stack nor a sandbox is named, and there is no .sandbox folder here.', {
    hint: 'Add --stack NAME for a stack in AWS, or --state DIR for a sandbox.',
  });
}

async function findLedgers(stack: string | undefined): Promise<readonly FoundLedger[]> {
  const stacks = await describeStacks(stack);
  return stacks.flatMap(({ StackName = '', Outputs = [] }) =>
    Outputs.filter(({ Description }) => Description === ledgerOutputDescription).map(({ OutputValue = '' }) => ({
      stack: StackName,
      location: JSON.parse(OutputValue) as LedgerLocation,
    })),
  );
}

async function describeStacks(stack: string | undefined): Promise<readonly Stack[]> {
  const { CloudFormationClient, paginateDescribeStacks } = await import('@aws-sdk/client-cloudformation');
  const stacks: Stack[] = [];
  for await (const page of paginateDescribeStacks({ client: new CloudFormationClient({}) }, { StackName: stack })) {
    stacks.push(...(page.Stacks ?? []));
  }
  return stacks;
}

function notFound(all: readonly FoundLedger[], { stack, scope }: ScopeOptions): MigrationError {
  const known = all.map(({ location }) => location.scope);
  if (scope !== undefined && known.length > 0) {
    return new MigrationError('SCOPE_NOT_FOUND', describe({ what: 'There is no scope', seen: scope, allowed: known }), {
      payload: { scope, known },
      hint: didYouMean(scope, known),
    });
  }
  const where = stack === undefined ? 'No stack here has' : `The stack ${stack} has no`;
  return new MigrationError('SCOPE_NOT_FOUND', `${where} an output that says where a ledger of migrations is.`, {
    payload: { stack, scope },
    hint: 'Name a stack with a DatabaseMigrations construct that was deployed; outputs appear when its first deployment succeeded.',
  });
}

function ambiguous(candidates: readonly FoundLedger[]): MigrationError {
  const scopes = candidates.map(({ location }) => location.scope);
  return new MigrationError('SCOPE_AMBIGUOUS', `There are several scopes: ${scopes.join(', ')}.`, {
    payload: { scopes },
    hint: `Add --scope, for example --scope ${scopes[0]}.`,
  });
}
