import type { CreateTable } from '../../../core/bundle/bundle';
import { databaseKinds } from '../../../core/bundle/database-kinds';
import { MigrationError } from '../../../core/errors/index';
import type { ScalingSetting, TableIndex } from '../../../core/ledger/table-index';
import type { HeldLease, TableDatabase, TableDescription, Target } from '../../../core/ports';
import { MemoryItems } from './items';

/** A change that is not over: after so many more looks at the table it is. */
interface Change {
  readonly kind: 'create' | 'delete' | 'add' | 'remove';
  readonly index?: string;
  looks: number;
}

/** Tables as DynamoDB has them: a change takes its time, and a table takes one change at a time. */
export class MemoryTables {
  readonly tables = new Map<string, readonly TableIndex[]>();
  /** By table and index; an index takes its scaling with it, as the worse of the two things that AWS may do. */
  readonly scaling = new Map<string, readonly ScalingSetting[]>();
  readonly items = new MemoryItems();
  private readonly changes = new Map<string, Change>();

  /** @param looks how often `describe` sees a change in progress; 0 when changes take effect at once */
  constructor(public looks = 0) {}

  open(lease: HeldLease): Target & { readonly tables: TableDatabase } {
    const guarded = async <T>(work: () => T) => {
      await lease.guard();
      return work();
    };
    return {
      databaseKind: 'dynamodb',
      traits: databaseKinds.dynamodb,
      prepare: async () => undefined,
      history: async () => undefined,
      cleanUp: async () => undefined,
      items: this.items.open(lease),
      tables: {
        physicalName: (table) => table,
        describe: async (table) => this.describe(table),
        createTable: (operation) => guarded(() => this.create(operation)),
        deleteTable: (table) => guarded(() => this.delete(table)),
        addIndex: (table, index) => guarded(() => this.addIndex(table, index)),
        removeIndex: (table, index) => guarded(() => this.removeIndex(table, index)),
        scaling: async (table, index) => this.scaling.get(`${table}/${index}`) ?? [],
        scale: (table, index, settings) => guarded(() => this.scale(table, index, settings)),
      },
    };
  }

  private describe(table: string): TableDescription | undefined {
    const change = this.changes.get(table);
    if (change && change.looks <= 0) this.settle(table, change);
    const indexes = this.tables.get(table);
    const current = this.changes.get(table);
    if (!indexes) return undefined;
    const described: TableDescription = {
      status: tableStatus(current),
      indexes: indexes.map((index) => ({ ...index, ...indexStatus(index.name, current) })),
    };
    if (current) current.looks -= 1;
    return described;
  }

  private create({ table, globalIndexes }: CreateTable): void {
    if (this.tables.has(table)) return;
    this.tables.set(table, globalIndexes ?? []);
    this.begin(table, { kind: 'create' });
  }

  private delete(table: string): 'asked' | 'gone' {
    if (!this.tables.has(table)) return 'gone';
    this.begin(table, { kind: 'delete' });
    return 'asked';
  }

  private addIndex(table: string, index: TableIndex): void {
    const indexes = this.tables.get(table);
    if (!indexes || indexes.some(({ name }) => name === index.name)) {
      throw new MigrationError('TABLE_OPERATION_FAILED', `No table ${table}, or it has an index ${index.name}.`);
    }
    if (this.changes.has(table)) return;
    this.tables.set(table, [...indexes, index]);
    this.begin(table, { kind: 'add', index: index.name });
  }

  private removeIndex(table: string, index: string): void {
    const change = this.changes.get(table);
    if (change?.kind === 'add' && change.index === index && isBackfilling(change)) this.changes.delete(table);
    this.begin(table, { kind: 'remove', index });
  }

  private scale(table: string, index: string, settings: readonly ScalingSetting[]): 'done' {
    if (this.changes.has(table) || !this.tables.get(table)?.some(({ name }) => name === index)) {
      throw new MigrationError('TABLE_OPERATION_FAILED', `Table ${table} has no index ${index} that can be scaled.`);
    }
    this.scaling.set(`${table}/${index}`, settings);
    return 'done';
  }

  /** A table that is gone needs no change, one that is busy takes none. */
  private begin(table: string, change: Omit<Change, 'looks'>): void {
    if (!this.tables.has(table) || this.changes.has(table)) return;
    const begun = { ...change, looks: this.looks };
    this.changes.set(table, begun);
    if (this.looks === 0) this.settle(table, begun);
  }

  private settle(table: string, { kind, index }: Change): void {
    this.changes.delete(table);
    if (kind === 'delete') this.tables.delete(table);
    if (kind !== 'remove') return;
    this.scaling.delete(`${table}/${index}`);
    this.tables.set(
      table,
      (this.tables.get(table) ?? []).filter(({ name }) => name !== index),
    );
  }
}

/** The last look at an index that is added sees it in its second phase. */
function isBackfilling({ looks }: Change): boolean {
  return looks <= 1;
}

function tableStatus(change: Change | undefined): TableDescription['status'] {
  if (!change) return 'ACTIVE';
  if (change.kind === 'create') return 'CREATING';
  if (change.kind === 'delete') return 'DELETING';
  return change.kind === 'add' && isBackfilling(change) ? 'ACTIVE' : 'UPDATING';
}

function indexStatus(
  name: string,
  change: Change | undefined,
): Pick<TableDescription['indexes'][number], 'status' | 'backfilling'> {
  if (change?.kind === 'create') return { status: 'CREATING', backfilling: false };
  if (change?.index !== name) return { status: 'ACTIVE', backfilling: false };
  return change.kind === 'remove'
    ? { status: 'DELETING', backfilling: false }
    : { status: 'CREATING', backfilling: isBackfilling(change) };
}
