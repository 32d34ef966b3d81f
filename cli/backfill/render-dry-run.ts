import type { DryRunItem } from '../../core/data/dry-run';
import { areEqual } from '../../core/data/values';
import type { Item } from '../../core/ports';
import { clip, lineWidth, type Terminal, wrap } from '../output';
import type { DryRunReport } from './dry-run';
import { plainValue } from './plain-value';

/** What a dry run prints. */
export function renderDryRun(scope: string, report: DryRunReport, terminal: Terminal): string {
  const { migration, source, table, items, counts } = report;
  const { paint } = terminal;
  const shown = items.filter(({ outcome }) => outcome !== 'unchanged').map((item) => renderItem(item, terminal));
  const to = source === table ? table : `${source} to ${table}`;
  const parts = (['unchanged', 'updated', 'inserted', 'deleted', 'kept', 'failed', 'wrong'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) =>
      name === 'failed' || name === 'wrong' ? paint('red', `${counts[name]} ${name}`) : `${counts[name]} ${name}`,
    );
  return [
    `${paint('bold', `${scope} ${migration}`)}, ${to}: what it would do. Nothing was written.`,
    ...shown.map((text) => `\n${text}`),
    '',
    `${counts.read} ${counts.read === 1 ? 'item' : 'items'} read: ${parts.join(', ') || 'nothing to write'}.`,
  ].join('\n');
}

/** What it prints with `--json`. */
export function dryRunData(scope: string, { items, ...report }: DryRunReport) {
  return { scope, ...report, items: items.map(plainItem) };
}

function plainItem({ changes, ...item }: DryRunItem) {
  const plain = (value: Item | undefined) => (value === undefined ? null : plainValue(value));
  return {
    ...item,
    changes: changes.map(({ key, before, after }) => ({ key, before: plain(before), after: plain(after) })),
  };
}

/** Characters. */
const longestReason = 400;

function renderItem({ key, outcome, reason, changes }: DryRunItem, { paint }: Terminal): string {
  const isBad = outcome === 'failed' || outcome === 'wrong';
  const why = reason === undefined ? '' : `: ${clip(reason, longestReason)}`;
  const head = wrap(`${clip(key, lineWidth() / 2)} ${outcome}${why}`, lineWidth());
  const lines = changes.flatMap(({ key: changed, before, after }) => [
    ...(changes.length > 1 || changed !== key ? [clip(`  ${changed}`, lineWidth())] : []),
    ...differences(before, after).map(([sign, text]) =>
      paint(sign === '+' ? 'green' : 'red', clip(`  ${sign} ${text}`, lineWidth())),
    ),
  ]);
  return [isBad ? paint('red', head) : head, ...lines].join('\n');
}

type Line = readonly [sign: '+' | '-', text: string];

/** The attributes that differ, by name. */
function differences(before: Item = {}, after: Item = {}): readonly Line[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => !areEqual(before[name], after[name]))
    .flatMap((name): readonly Line[] => [
      ...(before[name] === undefined ? [] : [['-', lineOf(name, before[name])] as const]),
      ...(after[name] === undefined ? [] : [['+', lineOf(name, after[name])] as const]),
    ]);
}

function lineOf(name: string, value: unknown): string {
  return `${name}: ${JSON.stringify(plainValue(value))}`;
}
