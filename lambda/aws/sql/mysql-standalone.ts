import { sha256 } from '../../../core/bundle/checksum';
import { hasCode, MigrationError } from '../../../core/errors/index';
import type {
  ErrorNumbers,
  HeldLease,
  StandaloneEffect,
  StandaloneRun,
  StandaloneStatements,
  StatementConflict,
} from '../../../core/ports';
import { patiently } from '../retry';
import type { DataApi } from './data-api';
import { findConflict } from './mysql/conflict';
import { saysContended, saysMissing, saysNotInstant } from './mysql/errors';
import { isLockWait, LockLimit } from './mysql/lock-limit';
import { describe, lookAtClauses } from './mysql/look';
import { asInstant, clausesLeft, parse, withClauses } from './mysql/statements';
import { isTransactional } from './mysql/units';
import { fence } from './mysql-protocol';
import { fenced } from './sections';

/** Statements of MySQL that commit by themselves: all that change the schema, and what is not known. */
export class MysqlStandalone implements StandaloneStatements {
  private readonly locks: LockLimit;

  constructor(
    private readonly api: DataApi,
    private readonly lease: HeldLease,
    lockTimeout: number,
  ) {
    this.locks = new LockLimit(api, lockTimeout);
  }

  runsAlone(statement: string): 'yes' | 'no' {
    return isTransactional(statement) ? 'no' : 'yes';
  }

  /** What must is known from its text. */
  mustRunAlone(): boolean {
    return false;
  }

  saysMissing(error: ErrorNumbers): boolean {
    return saysMissing(error);
  }

  /** MySQL does all clauses of a statement or none, so those that show agree. */
  async look(statement: string): Promise<StandaloneEffect | undefined> {
    const found = new Set((await lookAtClauses(this.execute, parse(statement).clauses)).values());
    const [first] = found;
    return found.size > 1 ? 'different' : first;
  }

  conflict(statements: readonly string[]): Promise<StatementConflict | undefined> {
    return findConflict(this.execute, statements);
  }

  fingerprint(statement: string): Promise<string | undefined> {
    return describe(this.execute, parse(statement).objects);
  }

  async remainder(statement: string): Promise<string | undefined> {
    const parsed = parse(statement);
    if (parsed.clauses.length === 0) return statement;
    const found = await lookAtClauses(this.execute, parsed.clauses);
    return withClauses(
      parsed,
      statement,
      clausesLeft(parsed, (clause) => found.get(clause) === 'present'),
    );
  }

  isRepeatable(statement: string): boolean {
    const { clauses } = parse(statement);
    return clauses.length > 0 && clauses.every(({ isRepeatable }) => isRepeatable);
  }

  async run(statement: string, tag: string): Promise<StandaloneRun> {
    const instant = asInstant(statement);
    const { objects } = parse(statement);
    // Of what the database does not describe nobody could tell afterwards that it did not happen.
    const runOnce = objects.length > 0 ? this.runInTime : this.runOnce;
    try {
      if (instant !== undefined) {
        const result = await runOnce(instant, tag);
        return result === 'done' ? 'instantly' : result;
      }
    } catch (error) {
      if (!hasCode(error, 'STATEMENT_FAILED') || !saysNotInstant(error.payload)) return this.toResult(error);
    }
    try {
      return await runOnce(statement, tag);
    } catch (error) {
      return this.toResult(error);
    }
  }

  private readonly runInTime = async (statement: string, tag: string): Promise<StandaloneRun> => {
    const result = await this.locks.during(markerOf(tag), () => this.runOnce(statement, tag));
    return isLockWait(result) ? { locked: result } : result;
  };

  /** One that others' locks refused has done nothing, and is tried again. */
  private readonly runOnce = (statement: string, tag: string): Promise<'done' | 'running'> =>
    patiently(
      async () => {
        await this.lease.guard();
        await this.checkFence();
        // The tag comes first: sessions are found by how their statement begins.
        const result = await this.api.executeOnce(`/* ${markerOf(tag)} */ ${statement}`);
        return result === 'lost' ? 'running' : 'done';
      },
      (error) => hasCode(error, 'STATEMENT_FAILED') && saysContended(error.payload),
    );

  private toResult(error: unknown): 'running' | { readonly missing: MigrationError } {
    if (!(error instanceof MigrationError)) throw error;
    if (error.code === 'STATEMENT_TIMEOUT') return 'running';
    if (saysMissing(error.payload)) return { missing: error };
    throw error;
  }

  private async checkFence(): Promise<void> {
    const { scope, token } = this.lease;
    const { rows } = await this.api.execute(`SELECT token FROM ${fence} WHERE scope = :scope`, { scope });
    if (Number(rows[0]?.token) !== token) throw fenced(token);
  }

  async isRunning(tag: string): Promise<boolean> {
    return (await this.sessionsOf(tag)).length > 0;
  }

  async stop(tag: string): Promise<void> {
    await this.lease.guard();
    for (const session of await this.sessionsOf(tag)) {
      // It may have ended meanwhile.
      await this.api.execute(`KILL QUERY ${session}`).catch((error) => {
        if (!hasCode(error, 'STATEMENT_FAILED')) throw error;
      });
    }
  }

  /** Without the privilege PROCESS MySQL shows the sessions of the same user, which ours are. */
  private async sessionsOf(tag: string): Promise<readonly number[]> {
    const { rows } = await this.api.execute(
      'SELECT id FROM information_schema.processlist WHERE info LIKE :begin AND id <> CONNECTION_ID()',
      { begin: `/* ${markerOf(tag)} */%` },
    );
    return rows.map(({ id }) => Number(id));
  }

  /** What a statement made is removed by `down`. */
  async discard(): Promise<'done'> {
    return 'done';
  }

  private readonly execute = (statement: string, parameters?: Readonly<Record<string, unknown>>) =>
    this.api.execute(statement, parameters);
}

function markerOf(tag: string): string {
  return `cdk-migrations ${sha256(tag).slice(0, 24)}`;
}
