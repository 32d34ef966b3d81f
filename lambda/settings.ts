import { environmentNames } from '../core/wire';

/** The environment of the functions, read once and checked. */
export interface Settings {
  readonly ledgerTable: string;
  readonly scope: string;
  readonly leaseSeconds: number;
  /** Whether the engine switches the deletion protection of the ledger. */
  readonly protectLedger: boolean;
  /** Only the function that receives requests starts executions. */
  readonly stateMachine: string | undefined;
}

export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const leaseSeconds = Number(environment[environmentNames.leaseSeconds] ?? 60);
  if (!Number.isFinite(leaseSeconds) || leaseSeconds <= 0) {
    throw new Error(
      `${environmentNames.leaseSeconds} must be a number of seconds greater than 0, got "${environment[environmentNames.leaseSeconds]}".`,
    );
  }
  return {
    ledgerTable: required(environment, environmentNames.ledgerTable),
    scope: required(environment, environmentNames.scope),
    leaseSeconds,
    protectLedger: environment[environmentNames.protectLedger] === 'true',
    stateMachine: environment[environmentNames.stateMachine],
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value) return value;
  throw new Error(`The environment variable ${name} is missing: the function was not created by DatabaseMigrations.`);
}
