import { MigrationError } from '../../../core/errors/index';
import type {
  HeldLease,
  HistoryMark,
  SqlConnection,
  SqlResult,
  SqlTarget,
  TransactionResult,
} from '../../../core/ports';

/** A row of the history, with the scope that wrote it. */
export interface MemoryMark extends HistoryMark {
  readonly scope: string;
}

/** Understands just enough: every statement is remembered, and `fail ...` fails. A transaction keeps all of it or nothing. */
export class MemorySqlDatabase {
  statements: readonly string[] = [];
  marks: readonly MemoryMark[] = [];
  private readonly fences = new Map<string, number>();

  open(session: HeldLease): SqlTarget {
    return {
      engine: 'aurora-postgresql',
      prepare: async () => {
        await session.guard();
        this.checkFence(session);
        this.fences.set(session.scope, session.token);
      },
      history: async () =>
        this.marks.filter(({ scope }) => scope === session.scope).map(({ scope: _scope, ...mark }) => mark),
      transact: (change, mark, work) => this.transact(session, change, mark, work),
      execute: async (statement) => {
        await session.guard();
        this.statements = run(this.statements, statement);
        return { rows: [{ ok: true }], rowCount: 1 };
      },
      // The fence may go with the last row: a later prepare() raises it anew.
      cleanUp: () => session.guard(),
    };
  }

  private checkFence(session: HeldLease): void {
    if (session.token >= (this.fences.get(session.scope) ?? 0)) return;
    throw new MigrationError('LEASE_LOST', `A later holder than token ${session.token} writes to this database now.`);
  }

  private async transact(
    session: HeldLease,
    change: 'add' | 'remove',
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<TransactionResult> {
    await session.guard();
    this.checkFence(session);
    const found = this.marks.find(
      ({ scope, id, phase, step }) =>
        scope === session.scope && id === mark.id && phase === mark.phase && step === mark.step,
    );
    if (change === 'add' && found) return found.deployment === mark.deployment ? 'already' : 'foreign';
    if (change === 'remove' && !found) return 'already';
    let statements = this.statements;
    const connection: SqlConnection = {
      async execute(statement): Promise<SqlResult> {
        statements = run(statements, statement);
        return { rows: [], rowCount: 0 };
      },
    };
    await work(connection);
    this.statements = statements;
    const others = this.marks.filter((other) => other !== found);
    this.marks = change === 'add' ? [...others, { ...mark, scope: session.scope }] : others;
    return 'done';
  }
}

/** A statement `undo X` takes back `X`, so that a test sees whether a database is as it was. A SELECT changes nothing. */
function run(statements: readonly string[], statement: string): readonly string[] {
  if (statement.startsWith('fail')) throw new MigrationError('STATEMENT_FAILED', `ERROR: ${statement}`);
  if (/^select\b/i.test(statement)) return statements;
  if (!statement.startsWith('undo ')) return [...statements, statement];
  const index = statements.lastIndexOf(statement.slice('undo '.length));
  if (index < 0) throw new MigrationError('STATEMENT_FAILED', `ERROR: nothing to undo for ${statement}`);
  return statements.filter((_, position) => position !== index);
}
