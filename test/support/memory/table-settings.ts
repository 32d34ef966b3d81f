import { isDeepStrictEqual } from 'node:util';
import type { CreateTable } from '../../../core/bundle/table-operations';
import type { Capacity, SettingName, TableSettings } from '../../../core/bundle/table-settings';

type Settings = TableSettings;

const bare: CreateTable = { kind: 'createTable', table: 'any', partitionKey: { name: 'id', type: 'S' } };

function newSettings(operation: CreateTable): Settings {
  const capacity: Capacity = operation.throughput ?? {};
  const indexes = (operation.globalIndexes ?? []).map(({ name, throughput = capacity }) => [name, throughput]);
  return {
    billing: { mode: operation.billingMode ?? 'on-demand', table: capacity, indexes: Object.fromEntries(indexes) },
    stream: operation.stream ?? null,
    timeToLive: null,
    pointInTimeRecovery: null,
    tableClass: operation.tableClass ?? 'STANDARD',
    deletionProtection: operation.deletionProtection ?? false,
    contributorInsights: false,
    tags: operation.tags ?? {},
  };
}

/** An index of an on-demand table has no throughput that would be worth a word. */
function withoutIdle(settings: Settings): Settings {
  const indexes = Object.entries(settings.billing.indexes).filter(([, capacity]) => Object.keys(capacity).length > 0);
  return { ...settings, billing: { ...settings.billing, indexes: Object.fromEntries(indexes) } };
}

/** The settings of tables, which change at once. Two of them take no second change for a while, as in DynamoDB. */
export class MemoryTableSettings {
  readonly tables = new Map<string, Settings>();
  /** By table: whether time to live was changed within the hour. */
  readonly changedTimeToLive = new Set<string>();

  create(operation: CreateTable): void {
    this.tables.set(operation.table, newSettings(operation));
  }

  /** The tables with settings that differ from those that every new table has. */
  unusual(): Readonly<Record<string, Settings>> {
    const usual = { ...newSettings(bare), pointInTimeRecovery: 35, deletionProtection: true };
    const entries = [...this.tables].filter(([, settings]) => !isDeepStrictEqual(withoutIdle(settings), usual));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  addIndex(table: string, index: string, capacity: Capacity | undefined): void {
    this.billing(table, (indexes, own) => ({ ...indexes, [index]: capacity ?? own }));
  }

  removeIndex(table: string, index: string): void {
    this.billing(table, ({ [index]: _gone, ...indexes }) => indexes);
  }

  get<N extends SettingName>(table: string, name: N): Settings[N] {
    return this.all(table)[name];
  }

  change<N extends SettingName>(table: string, name: N, value: Settings[N]): string | undefined {
    if (name === 'timeToLive' && this.changedTimeToLive.has(table)) return 'it was changed within the hour';
    if (name === 'timeToLive') this.changedTimeToLive.add(table);
    const current = this.get(table, name);
    // A stream, and time to live, are switched off before they are another one.
    const isReplaced = (name === 'stream' || name === 'timeToLive') && current !== null && value !== null;
    this.tables.set(table, { ...this.all(table), [name]: isReplaced ? null : value });
    return undefined;
  }

  /** A table that a test put there by itself has what a bare one has. */
  private all(table: string): Settings {
    return this.tables.get(table) ?? newSettings(bare);
  }

  private billing(
    table: string,
    change: (indexes: Settings['billing']['indexes'], own: Capacity) => Settings['billing']['indexes'],
  ): void {
    const settings = this.tables.get(table);
    if (!settings) return;
    const { billing } = settings;
    this.tables.set(table, { ...settings, billing: { ...billing, indexes: change(billing.indexes, billing.table) } });
  }
}
