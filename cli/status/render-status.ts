import { type Colour, clip, lineWidth, shortTime, type Terminal, table } from '../output';
import type { ScopeActivity, ScopeStatus, TargetStatus } from './status';

const colours: Readonly<Record<ScopeActivity, Colour>> = {
  idle: 'green',
  deploying: 'cyan',
  'awaiting-commit': 'cyan',
  'rolling-back': 'yellow',
  failed: 'red',
};

export function renderStatus(status: ScopeStatus, { paint }: Pick<Terminal, 'paint'>): string {
  const { scope, revision, state, heads, targets } = status;
  return [
    `${paint('bold', scope)}  ${paint(colours[state], state)}`,
    clip(`revision ${revision?.slice(0, 12) ?? 'none'}, heads ${heads.join(', ') || 'none'}`, lineWidth()),
    ...(state === 'failed'
      ? ['Repair is needed: fix the cause (`migrations history` shows it), then run', '`migrations repair`.']
      : []),
    ...targets.map((target) => `\n${renderTarget(target)}`),
  ].join('\n');
}

function renderTarget({ name, engine, applied, pending }: TargetStatus): string {
  const rows = [
    ...applied.map((one) => [
      one.version,
      one.name,
      one.kind,
      one.baselined && one.state === 'applied' ? 'baselined' : one.state,
      shortTime(one.appliedAt ?? ''),
      duration(one),
    ]),
    ...pending.map(({ version, name, kind }) => [version, name, kind, 'pending', '', '']),
  ];
  const title = `${name} (${engine})`;
  if (rows.length === 0) return `${title}: no migrations`;
  const builds = applied.flatMap(({ version, building }) =>
    building.map((what) => clip(`${version} goes on with ${what}`, lineWidth())),
  );
  return [title, table(['version', 'name', 'kind', 'state', 'applied', 'took'], rows, 1), ...builds].join('\n');
}

function duration({ durationMs }: { readonly durationMs: number | null }): string {
  return durationMs === null ? '' : `${durationMs} ms`;
}
