import { databaseKinds } from '../../../core/bundle/database-kinds';
import { hasCode, MigrationError } from '../../../core/errors/index';
import type {
  HeldLease,
  HistoryChange,
  HistoryMark,
  LockHolder,
  SchemaDatabase,
  Section,
  SectionResult,
  SqlConnection,
  SqlDatabase,
  SqlResult,
  StandaloneStatements,
  Target,
} from '../../../core/ports';

/** A row of the history, with the scope that wrote it. */
export interface MemoryMark extends HistoryMark {
  readonly scope: string;
}

/**
 * Understands just enough: every statement is remembered, `undo X` removes `X`, `fail ...` fails, and a SELECT is true
 * unless it says false. A transaction keeps all of it or nothing. `alone X` cannot run in one, and shows whether it ran;
 * `hidden X` does not.
 */
export class MemorySqlDatabase {
  private readonly effects: string[] = [];
  private readonly history = new Map<string, MemoryMark>();
  private readonly fences = new Map<string, number>();

  private readonly lockWaits = new Map<string, { readonly attempt: string; readonly since: number }>();

  /** Epoch milliseconds. */
  now: () => number = () => 0;
  /** Who holds the lock when a statement meets LOCK_NOT_AVAILABLE. */
  lockHolders: readonly LockHolder[] = [];

  /** Called before each statement; what it throws is what the statement meets. */
  onStatement: (statement: string) => void = () => undefined;

  /** The same for the statements in scratch databases. */
  onScratchStatement: (statement: string) => void = () => undefined;

  /** The statements that took effect, oldest first. */
  get statements(): readonly string[] {
    return this.effects;
  }

  get marks(): readonly MemoryMark[] {
    return [...this.history.values()];
  }

  /** As a user who changes the database by hand. */
  make(...statements: readonly string[]): void {
    for (const statement of statements) this.run(statement);
  }

  /** As a user who restores a backup without the history would leave it. */
  forgetHistory(): void {
    this.history.clear();
  }

  /** Scratch databases by their names. */
  readonly scratches = new Map<string, MemorySqlDatabase>();

  open(lease: HeldLease): Target & { readonly sql: SqlDatabase; readonly schema: SchemaDatabase } {
    return {
      databaseKind: 'aurora-postgresql',
      traits: databaseKinds['aurora-postgresql'],
      prepare: async () => {
        await lease.guard();
        this.checkFence(lease);
        this.fences.set(lease.scope, lease.token);
      },
      history: async () =>
        this.marks.filter(({ scope }) => scope === lease.scope).map(({ scope: _scope, ...mark }) => mark),
      // The fence may go with the last row: a later prepare() raises it again.
      cleanUp: () => lease.guard(),
      schema: this.schemaFor(lease),
      sql: {
        runSection: (section) => this.runSection(lease, section),
        transact: (change, mark, work, attempt = mark.deployment) =>
          this.unlessLocked(lease, mark, attempt, () => this.transact(lease, change, mark, work)),
        units: (statements) => [{ transactional: true, statements: statements.length }],
        isTrue: (value) => value === true,
        query: async (statement) => ({ rows: [{ ok: this.run(statement) }], rowCount: 1 }),
        standalone: this.standalone(lease),
      },
    };
  }

  /** Each statement that took effect is an object. `beyond X` reaches beyond the database. */
  private schemaFor(lease: HeldLease): SchemaDatabase {
    return {
      snapshot: async () => ({
        objects: this.effects.toSorted().map((name) => ({ kind: 'effect', name, definition: `made by ${name}` })),
      }),
      scratch: async (name) => {
        const scratch = this.scratches.get(name) ?? new MemorySqlDatabase();
        scratch.onStatement = (statement) => this.onScratchStatement(statement);
        this.scratches.set(name, scratch);
        return { target: scratch.open(lease), drop: async () => void this.scratches.delete(name) };
      },
      reachesBeyond: (statement) => (statement.startsWith('beyond') ? 'a role of the whole server' : undefined),
    };
  }

  private standalone(lease: HeldLease): StandaloneStatements {
    return {
      runsAlone: (statement) => (/^(undo )?(alone|hidden) /.test(statement) ? 'yes' : 'no'),
      mustRunAlone: () => false,
      saysMissing: ({ sqlState }) => sqlState === missing,
      conflict: async () => undefined,
      fingerprint: async () => undefined,
      remainder: async (statement) => statement,
      look: async (statement) => {
        const made = /^alone /.test(statement);
        if (made) return this.effects.includes(statement) ? 'present' : 'absent';
        const undone = /^undo (alone .*)$/.exec(statement)?.[1];
        return undone === undefined ? undefined : this.effects.includes(undone) ? 'absent' : 'present';
      },
      isRepeatable: () => false,
      run: async (statement) => {
        await lease.guard();
        try {
          this.run(statement);
          return 'done';
        } catch (error) {
          if (error instanceof MigrationError && error.payload.sqlState === missing) return { missing: error };
          throw error;
        }
      },
      isRunning: async () => false,
      stop: () => lease.guard(),
      discard: async (statement) => {
        await lease.guard();
        if (this.effects.includes(statement)) this.run(`undo ${statement}`);
        return 'done';
      },
    };
  }

  private checkFence(lease: HeldLease): void {
    if (lease.token >= (this.fences.get(lease.scope) ?? 0)) return;
    throw new MigrationError('LEASE_LOST', `A later holder than token ${lease.token} writes to this database now.`);
  }

  private async runSection(lease: HeldLease, section: Section): Promise<SectionResult> {
    const { change, mark, statements, verify, attempt } = section;
    let statement = -1;
    const work = async (connection: SqlConnection) => {
      for (const text of [...statements, ...verify]) {
        statement += 1;
        const { rows } = await connection.execute(text);
        if (statement >= statements.length && rows[0]?.ok !== true) throw new Unverified('false');
      }
    };
    try {
      const result = await this.unlessLocked(lease, mark, attempt, () => this.transact(lease, change, mark, work));
      return result.outcome === 'locked' ? { ...result, statement } : result;
    } catch (error) {
      if (error instanceof Unverified) return { outcome: 'unverified', statement, returned: error.message };
      if (!(error instanceof MigrationError) || error.code !== 'STATEMENT_FAILED') throw error;
      const sqlState = error.payload.sqlState as string | undefined;
      return { outcome: 'failed', statement, message: error.message, sqlState };
    }
  }

  private async unlessLocked(
    lease: HeldLease,
    mark: HistoryMark,
    attempt: string,
    work: () => Promise<SectionResult>,
  ): Promise<SectionResult> {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, 'LOCK_NOT_AVAILABLE')) throw error;
      const key = [lease.scope, mark.id, mark.phase, mark.step].join(' ');
      const before = this.lockWaits.get(key);
      const since = before?.attempt === attempt ? before.since : this.now();
      this.lockWaits.set(key, { attempt, since });
      const wait = { waited: this.now() - since, timeout: 5_000, holders: this.lockHolders };
      return { outcome: 'locked', statement: -1, wait };
    }
  }

  private async transact(
    lease: HeldLease,
    change: HistoryChange,
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<SectionResult> {
    await lease.guard();
    this.checkFence(lease);
    const key = [lease.scope, mark.id, mark.phase, mark.step].join(' ');
    const found = change === 'add' ? this.history.get(key) : undefined;
    if (found && found.checksum !== mark.checksum) return { outcome: 'edited', checksum: found.checksum };
    if (found) return { outcome: found.deployment === mark.deployment ? 'already' : 'foreign' };
    const removed = change === 'remove' ? this.keysOf(lease.scope, mark) : [];
    if (change === 'remove' && removed.length === 0) return { outcome: 'already' };
    await this.atomically(work);
    if (change === 'add') this.history.set(key, { ...mark, scope: lease.scope });
    for (const one of removed) this.history.delete(one);
    return { outcome: 'done' };
  }

  /** Of the marks of a migration, those of the mark's deployment. */
  private keysOf(scope: string, { id, deployment }: HistoryMark): readonly string[] {
    const prefix = `${scope} ${id} `;
    const phases = ['up', 'contract', 'down'] as const;
    const likely = phases.map((phase) => `${prefix}${phase} 0`).filter((key) => this.history.has(key));
    const further = likely.length === 0 ? [] : likely.flatMap((key) => this.numbered(key.slice(0, -1)));
    return [...likely, ...further].filter((key) => this.history.get(key)?.deployment === deployment);
  }

  /** Marks of the steps after the first one. */
  private numbered(prefix: string): readonly string[] {
    const keys: string[] = [];
    for (let step = 1; this.history.has(`${prefix}${step}`); step += 1) keys.push(`${prefix}${step}`);
    return keys;
  }

  /** Runs work; when it throws, what its statements did is undone. */
  private async atomically(work: (connection: SqlConnection) => Promise<void>): Promise<void> {
    const inverses: (() => void)[] = [];
    const connection: SqlConnection = {
      execute: async (statement): Promise<SqlResult> => ({
        rows: [{ ok: this.run(statement, inverses) }],
        rowCount: 0,
      }),
    };
    try {
      await work(connection);
    } catch (error) {
      for (const inverse of inverses.reverse()) inverse();
      throw error;
    }
  }

  /** Runs a statement. A SELECT changes nothing and answers with true or false. */
  private run(statement: string, inverses: (() => void)[] = []): boolean {
    this.onStatement(statement);
    if (statement.startsWith('fail')) throw new MigrationError('STATEMENT_FAILED', `ERROR: ${statement}`);
    if (/^select\b/i.test(statement)) return !/\bfalse\b/i.test(statement);
    if (!statement.startsWith('undo ')) {
      this.effects.push(statement);
      inverses.push(() => this.effects.splice(this.effects.lastIndexOf(statement), 1));
      return true;
    }
    const index = this.effects.lastIndexOf(statement.slice('undo '.length));
    if (index < 0) {
      throw new MigrationError('STATEMENT_FAILED', `ERROR: nothing to undo for ${statement}`, {
        payload: { sqlState: missing },
      });
    }
    const [removed] = this.effects.splice(index, 1);
    inverses.push(() => this.effects.splice(index, 0, removed!));
    return true;
  }
}

class Unverified extends Error {}

/** SQLSTATE of an object that does not exist. */
const missing = '42704';
