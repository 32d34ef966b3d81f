import type { SchemaDifference } from './differences';
import { ownerOf, partsOfTables } from './object-names';

/** Columns of a line that is wrapped. */
const width = 80;

/**
 * Differences as people read a diff: `-` is what the migrations make and the database lacks, `+` what the database has instead. What
 * belongs to a table follows its name.
 */
export function renderDifferences(differences: readonly SchemaDifference[]): string {
  const groups = new Map<string, SchemaDifference[]>();
  for (const difference of differences) {
    const group = groupOf(difference);
    groups.set(group, [...(groups.get(group) ?? []), difference]);
  }
  const names = [...groups.keys()].sort();
  return names.map((name) => [name, ...inOrder(groups.get(name)!).flatMap(lines)].join('\n')).join('\n\n');
}

function groupOf({ kind, name }: SchemaDifference): string {
  if (!partsOfTables.includes(kind)) return `${kind} ${name}`;
  return `table ${ownerOf(name) || name}`;
}

/** The table itself first, then its parts. */
function inOrder(group: readonly SchemaDifference[]): readonly SchemaDifference[] {
  const rank = ({ kind }: SchemaDifference) => partsOfTables.indexOf(kind);
  return [...group].sort((a, b) => rank(a) - rank(b));
}

function lines({ kind, name, expected, actual }: SchemaDifference): readonly string[] {
  const isPart = partsOfTables.includes(kind);
  const owner = ownerOf(name);
  const own = owner === '' ? '' : ` ${name.slice(owner.length + 1)}`;
  const title = isPart ? `${kind}${own}: ` : '';
  const told = (text: string | undefined) => {
    // A name that was told apart by its definition has that in it.
    if (text === undefined) return undefined;
    return (isPart && title.endsWith(` ${text}: `) ? title.slice(0, -2) : `${title}${text}`).trim().split('\n');
  };
  return changed(told(expected) ?? [], told(actual) ?? []).flatMap(wrapped);
}

/** Lines of context around those that differ. */
const context = 2;

function changed(before: readonly string[], after: readonly string[]): readonly string[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const same = (texts: readonly string[]) => texts.map((text) => `    ${text}`);
  return [
    ...same(before.slice(Math.max(0, start - context), start)),
    ...before.slice(start, before.length - end).map((text) => `  - ${text}`),
    ...after.slice(start, after.length - end).map((text) => `  + ${text}`),
    ...same(before.slice(before.length - end).slice(0, context)),
  ];
}

/** Breaks a line at spaces; what follows has the sign of the line. */
function wrapped(line: string): readonly string[] {
  if (line.length <= width) return [line];
  const at = line.lastIndexOf(' ', width);
  const indent = `${line.slice(0, 4)}  `;
  if (at <= indent.length) return [line];
  return [line.slice(0, at), ...wrapped(`${indent}${line.slice(at + 1)}`)];
}
