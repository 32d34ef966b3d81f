import type { Snapshot, TableSnapshot } from './snapshot';
import type { Story } from './story';

/** Shows snapshots beside each other: counts, and by name what one has more or less than the first. */
export function showSideBySide(story: Story, snapshots: Readonly<Record<string, Snapshot>>): void {
  const all = Object.values(snapshots);
  const [first] = all;
  const names = [...new Set(all.flatMap(({ tables }) => Object.keys(tables)))];
  const rows = names.flatMap((name) => {
    const tables = all.map((snapshot) => snapshot.tables[name]);
    const base = first?.tables[name];
    const store = tables.find((table) => table !== undefined)?.store;
    const row = (what: string, cell: (table: TableSnapshot) => string) => [
      what,
      ...tables.map((table) => (table ? cell(table) : '-')),
    ];
    return [
      row(`${store} ${name}`, () => (base ? '' : '+ table')),
      ...(store === 'PostgreSQL' ? [row('  columns', (table) => count(table.columns, base?.columns))] : []),
      row('  indexes', (table) => count(table.indexes, base?.indexes)),
      row(store === 'PostgreSQL' ? '  rows' : '  items', (table) => String(table.rows.length)),
    ];
  });
  story.table(['', ...Object.keys(snapshots)], rows);
}

function count(found: readonly string[], base: readonly string[] | undefined): string {
  const added = found.filter((one) => !base?.includes(one)).map((one) => `+ ${nameOf(one)}`);
  const removed = base?.filter((one) => !found.includes(one)).map((one) => `- ${nameOf(one)}`) ?? [];
  return [found.length, ...added, ...removed].join(' ');
}

function nameOf(definition: string): string {
  return definition.split(' ')[0] ?? definition;
}
