import type { Bundle, CreateTable, IndexDefinition } from '../bundle';
import type { BundleLocation, TargetProperties } from '../contract';
import { MigrationError } from '../errors';
import type {
  Bundles,
  Claim,
  Claims,
  Clock,
  HistoryMark,
  MigrationModule,
  Session,
  SqlConnection,
  SqlResult,
  SqlTarget,
  Stacks,
  StackView,
  TableDescription,
  TableTarget,
  Target,
  Targets,
  TransactionResult,
} from '../ports';

/** A clock that moves only when somebody sleeps. */
export class MemoryClock implements Clock {
  constructor(public time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }
}

export class MemoryClaims implements Claims {
  readonly owners = new Map<string, Claim>();

  async claim(identity: string, claim: Claim): Promise<Claim | undefined> {
    const owner = this.owners.get(identity) ?? claim;
    this.owners.set(identity, owner);
    return owner.scope === claim.scope && owner.stackId === claim.stackId ? undefined : owner;
  }

  async release(identity: string, owner: Pick<Claim, 'scope' | 'stackId'>): Promise<void> {
    const current = this.owners.get(identity);
    if (current?.scope === owner.scope && current.stackId === owner.stackId) this.owners.delete(identity);
  }
}

export class MemoryStacks implements Stacks {
  readonly views = new Map<string, StackView>();

  async view(stackId: string): Promise<StackView | undefined> {
    return this.views.get(stackId);
  }
}

export class MemoryBundles implements Bundles {
  readonly bundles = new Map<string, Bundle>();
  readonly modules = new Map<string, MigrationModule>();

  async load(location: BundleLocation): Promise<Bundle> {
    const bundle = this.bundles.get(location.Digest);
    if (bundle) return bundle;
    throw new MigrationError('BUNDLE_MISSING', `There is no bundle ${location.Digest}.`);
  }

  async module(_location: BundleLocation, migration: string): Promise<MigrationModule> {
    return this.modules.get(migration) ?? { codeLines: [] };
  }
}

/** Databases by identity, so that a test can look at them, replace them or take them away. */
export class MemoryTargets implements Targets {
  readonly databases = new Map<string, MemorySqlDatabase | MemoryTables>();

  async open(name: string, properties: TargetProperties, session: Session): Promise<Target> {
    const database = this.databases.get(properties.Identity);
    if (!database) throw new MigrationError('TARGET_GONE', `The database of target ${name} does not exist.`);
    return database.open(session);
  }
}

/** Understands just enough: every statement is remembered, and `fail ...` fails. A transaction keeps all of it or nothing. */
export class MemorySqlDatabase {
  statements: readonly string[] = [];
  marks: readonly HistoryMark[] = [];
  private fence = 0;

  open(session: Session): SqlTarget {
    return {
      engine: 'aurora-postgresql',
      prepare: async () => {
        await session.guard();
        this.fence = Math.max(this.fence, session.token);
      },
      history: async () => this.marks,
      transact: (change, mark, work) => this.transact(session, change, mark, work),
      execute: async (statement) => {
        await session.guard();
        this.statements = run(this.statements, statement);
        return { rows: [{ ok: true }], rowCount: 1 };
      },
      cleanUp: async () => undefined,
    };
  }

  private async transact(
    session: Session,
    change: 'add' | 'remove',
    mark: HistoryMark,
    work: (connection: SqlConnection) => Promise<void>,
  ): Promise<TransactionResult> {
    await session.guard();
    if (session.token < this.fence) throw new MigrationError('LEASE_LOST', 'The fence of the database was raised.');
    const found = this.marks.find(
      ({ id, phase, step }) => id === mark.id && phase === mark.phase && step === mark.step,
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
    this.marks = change === 'add' ? [...this.marks, mark] : this.marks.filter((other) => other !== found);
    return 'done';
  }
}

/** A statement `undo X` takes back `X`, so that a test sees whether a database is as it was. */
function run(statements: readonly string[], statement: string): readonly string[] {
  if (statement.startsWith('fail')) throw new MigrationError('STATEMENT_FAILED', `ERROR: ${statement}`);
  if (!statement.startsWith('undo ')) return [...statements, statement];
  const index = statements.lastIndexOf(statement.slice('undo '.length));
  if (index < 0) throw new MigrationError('STATEMENT_FAILED', `ERROR: nothing to undo for ${statement}`);
  return statements.filter((_, position) => position !== index);
}

/** Tables whose changes take effect at once. */
export class MemoryTables {
  readonly tables = new Map<string, readonly IndexDefinition[]>();

  open(session: Session): TableTarget {
    const change = async (work: () => void) => {
      await session.guard();
      work();
    };
    return {
      engine: 'dynamodb',
      physicalName: (table) => table,
      describe: async (table) => describeTable(this.tables.get(table)),
      createTable: (operation: CreateTable) =>
        change(() => this.tables.set(operation.table, operation.globalIndexes ?? [])),
      deleteTable: (table) => change(() => this.tables.delete(table)),
      addIndex: (table, index) => change(() => this.tables.set(table, [...(this.tables.get(table) ?? []), index])),
      removeIndex: (table, index) =>
        change(() =>
          this.tables.set(
            table,
            (this.tables.get(table) ?? []).filter(({ name }) => name !== index),
          ),
        ),
    };
  }
}

function describeTable(indexes: readonly IndexDefinition[] | undefined): TableDescription | undefined {
  if (!indexes) return undefined;
  return { status: 'ACTIVE', indexes: indexes.map((index) => ({ ...index, status: 'ACTIVE', backfilling: false })) };
}
