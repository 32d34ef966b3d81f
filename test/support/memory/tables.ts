import { databaseKinds } from '../../../core/bundle/database-kinds';
import type { AutoScaling } from '../../../core/bundle/table-definitions';
import type { CreateTable } from '../../../core/bundle/table-operations';
import type { TableDefaults } from '../../../core/bundle/table-settings';
import { MigrationError } from '../../../core/errors/index';
import { type ScalingSetting, type TableIndex, tableIndexOf } from '../../../core/ledger/table-index';
import type { Decreases, HeldLease, RecoveryPoint, TableDatabase, TableDescription, Target } from '../../../core/ports';
import { MemoryItems } from './items';
import { MemoryTableSettings } from './table-settings';

/** A change that is not over: after so many more looks at the table it is. */
interface Change {
  readonly kind: 'create' | 'delete' | 'add' | 'remove';
  readonly index?: string;
  looks: number;
  /** An index that is filled until a test says that it is built. */
  readonly isHeld?: boolean;
}

/** Of a table that a test put there by itself. */
const bare: CreateTable = { kind: 'createTable', table: 'any', partitionKey: { name: 'id', type: 'S' } };

/** Tables as DynamoDB has them: a change takes its time, and a table takes one change at a time. */
export class MemoryTables {
  readonly tables = new Map<string, readonly TableIndex[]>();
  private readonly definitions = new Map<string, CreateTable>();
  /** By table and index; an index takes its scaling with it, as the worse of the two things that AWS may do. */
  readonly scaling = new Map<string, readonly ScalingSetting[]>();
  readonly items = new MemoryItems();
  /** Those that were changed since the table was made; undefined for one that was removed. */
  readonly policies = new Map<string, Readonly<Record<string, unknown>> | undefined>();
  readonly settings = new MemoryTableSettings();
  /** By name; the second time one is asked for, it is complete. */
  readonly backups = new Map<string, RecoveryPoint>();
  /** By table and index, as DynamoDB counts them. */
  readonly decreased = new Map<string, Decreases>();
  /** By table: when its class was last changed. */
  readonly classChanged = new Map<string, number>();
  defaults: TableDefaults = {};
  /** Indexes that are added are filled until {@link finishBuilds}. */
  holdsBuilds = false;
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
        defaults: this.defaults,
        physicalName: (table) => table,
        describe: async (table) => this.describe(table),
        createTable: (operation) => guarded(() => this.create(operation)),
        deleteTable: (table) => guarded(() => this.delete(table)),
        addIndex: (table, index) => guarded(() => this.addIndex(table, index)),
        removeIndex: (table, index) => guarded(() => this.removeIndex(table, index)),
        setting: async (table, name) => this.settings.get(table, name),
        change: (table, name, value) => guarded(() => this.settings.change(table, name, value)),
        resourcePolicy: async (table) =>
          this.policies.has(table) ? this.policies.get(table) : this.definitions.get(table)?.resourcePolicy,
        decreases: async (table) => {
          const names = [undefined, ...(this.tables.get(table) ?? []).map(({ name }) => name)];
          return new Map(names.map((name) => [name, this.decreased.get(keyOf(table, name)) ?? { today: 0 }]));
        },
        scalingFor: (table, index, autoScaling) => scalingFor(table, index, autoScaling),
        scaling: async (table, index) => this.scaling.get(keyOf(table, index)) ?? [],
        scale: (table, index, settings, only) => guarded(() => this.scale(table, index, settings, only)),
        backUp: (_table, name) => guarded(() => this.backUp(name)),
      },
    };
  }

  private describe(table: string): TableDescription | undefined {
    const change = this.changes.get(table);
    if (change && change.looks <= 0 && !change.isHeld) this.settle(table, change);
    const indexes = this.tables.get(table);
    const current = this.changes.get(table);
    if (!indexes) return undefined;
    const { partitionKey, sortKey, localIndexes = [] } = this.definitions.get(table) ?? bare;
    const classChangedAt = this.classChanged.get(table);
    const described: TableDescription = {
      status: tableStatus(current),
      ...(classChangedAt !== undefined && { classChangedAt }),
      keys: { partitionKey, ...(sortKey && { sortKey }) },
      localIndexes,
      indexes: indexes.map((index) => ({ ...this.paid(table, index), ...indexStatus(index.name, current) })),
    };
    if (current) current.looks -= 1;
    return described;
  }

  /** With the throughput that it has now. */
  private paid(table: string, index: TableIndex): TableIndex {
    if (!this.settings.tables.has(table)) return index;
    const { mode, indexes } = this.settings.get(table, 'billing');
    const { provisioned: _before, ...others } = index;
    return mode === 'provisioned' ? { ...others, provisioned: indexes[index.name] } : others;
  }

  private create(operation: CreateTable): void {
    const { table, globalIndexes = [] } = operation;
    if (this.tables.has(table)) return;
    this.definitions.set(table, operation);
    this.tables.set(table, globalIndexes.map(tableIndexOf));
    this.settings.create(operation);
    this.begin(table, { kind: 'create' });
  }

  private delete(table: string): 'asked' | 'gone' {
    if (!this.tables.has(table)) return 'gone';
    if (this.settings.get(table, 'deletionProtection')) {
      throw new MigrationError('TABLE_OPERATION_FAILED', `Table ${table} is protected against deletion.`);
    }
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
    this.settings.addIndex(table, index.name, index.provisioned);
    this.begin(table, { kind: 'add', index: index.name, isHeld: this.holdsBuilds });
  }

  private removeIndex(table: string, index: string): void {
    const change = this.changes.get(table);
    if (change?.kind === 'add' && change.index === index && isBackfilling(change)) this.changes.delete(table);
    this.begin(table, { kind: 'remove', index });
  }

  private scale(
    table: string,
    index: string | undefined,
    settings: readonly ScalingSetting[],
    only = false,
  ): 'done' | 'busy' {
    if (this.settings.get(table, 'billing').mode === 'on-demand' && index === undefined) return 'done';
    const isThere = index === undefined || this.tables.get(table)?.some(({ name }) => name === index);
    if (this.changes.has(table) || !isThere) {
      throw new MigrationError('TABLE_OPERATION_FAILED', `Table ${table} has no index ${index} that can be scaled.`);
    }
    const others = only ? [] : (this.scaling.get(keyOf(table, index)) ?? []);
    const all = [...others.filter((one) => !settings.some((wanted) => same(one, wanted))), ...settings];
    if (all.length === 0) this.scaling.delete(keyOf(table, index));
    else this.scaling.set(keyOf(table, index), all);
    return 'done';
  }

  private backUp(name: string): RecoveryPoint {
    const point = { id: `arn:backup/${name}`, isComplete: this.backups.has(name) };
    this.backups.set(name, point);
    return point;
  }

  /** A table that is gone needs no change, one that is busy takes none. */
  private begin(table: string, change: Omit<Change, 'looks'>): void {
    if (!this.tables.has(table) || this.changes.has(table)) return;
    const begun = { ...change, looks: this.looks };
    this.changes.set(table, begun);
    if (this.looks === 0 && !begun.isHeld) this.settle(table, begun);
  }

  /** What is built is complete at the next look. */
  finishBuilds(): void {
    this.holdsBuilds = false;
    for (const [table, change] of this.changes) if (change.isHeld) this.settle(table, change);
  }

  private settle(table: string, { kind, index }: Change): void {
    this.changes.delete(table);
    if (kind === 'delete') {
      this.tables.delete(table);
      this.settings.tables.delete(table);
      this.items.tables.delete(table);
    }
    if (kind !== 'remove') return;
    this.scaling.delete(keyOf(table, index));
    this.settings.removeIndex(table, index!);
    this.tables.set(
      table,
      (this.tables.get(table) ?? []).filter(({ name }) => name !== index),
    );
  }
}

/** The last look at an index that is added sees it in its second phase. */
function isBackfilling({ looks, isHeld }: Change): boolean {
  return looks <= 1 || isHeld === true;
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

function keyOf(table: string, index: string | undefined): string {
  return index === undefined ? table : `${table}/${index}`;
}

function same(a: ScalingSetting, b: ScalingSetting): boolean {
  return a.kind === b.kind && a.input['dimension'] === b.input['dimension'];
}

function scalingFor(table: string, index: string | undefined, { read, write }: AutoScaling): readonly ScalingSetting[] {
  return Object.entries({ read, write }).flatMap(([dimension, range]) =>
    range ? [{ kind: 'target', input: { dimension, of: keyOf(table, index), ...range } } as const] : [],
  );
}
