import { clip, lineWidth, type Terminal, table } from '../output';
import type { EndedPasses } from './ended-passes';
import type { PassReport } from './passes';

const barWidth = 12;

/** `[#####-------]  40 %`. */
function bar(percent: number): string {
  const full = Math.round((percent / 100) * barWidth);
  return `[${'#'.repeat(full)}${'-'.repeat(barWidth - full)}] ${String(percent).padStart(3)} %`;
}

/** One line about a pass under way. */
export function progressLine(report: PassReport): string {
  const { migration, state, progress, control } = report;
  const { percent, counts, rate, secondsLeft } = progress;
  const items = counts.read + counts.restored;
  const parts = [
    `${bar(percent)} ${migration} ${workOf(report)}${state === 'running' ? '' : ` ${state}`}`,
    `${items} items`,
    ...(rate > 0 ? [`${rate}/s${!control.rate ? '' : ` of ${control.rate}`}`] : []),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ];
  return clip(parts.join(', '), lineWidth());
}

function workOf({ does, phase, isAhead }: PassReport): string {
  if (phase === 'sweep') return does === 'write' ? 'sweep' : `${does} of sweep`;
  return isAhead ? `${does} ahead` : does;
}

/** What `migrations backfill status` shows. */
export function renderPasses(scope: string, passes: readonly PassReport[], { paint }: Terminal): string {
  if (passes.length === 0) return `${scope} has no data migration under way.`;
  const rows = passes.map((report) => {
    const { migration, state, progress } = report;
    const { percent, counts, rate, secondsLeft } = progress;
    return [
      migration,
      workOf(report),
      state === 'failed' ? paint('red', state) : state,
      `${percent} %`,
      String(counts.read + counts.restored),
      String(counts.updated + counts.inserted + counts.deleted),
      String(counts.failed + counts.wrong),
      `${rate}/s`,
      secondsLeft === undefined ? '' : duration(secondsLeft),
    ];
  });
  const headings = ['migration', 'does', 'state', 'done', 'items', 'changed', 'failed', 'rate', 'left'];
  const left = passes.flatMap((pass) => pass.left.map((item) => [pass.migration, item.why, item.key, item.reason]));
  return [
    paint('bold', scope),
    '',
    table(headings, rows, 0),
    ...(left.length > 0
      ? ['', 'Items that were left as they are:', '', table(['migration', 'why', 'key', 'reason'], left)]
      : []),
  ].join('\n');
}

/** The same of a deployment that has ended. */
export function renderEnded(scope: string, { state, endedAt, passes }: EndedPasses, terminal: Terminal): string {
  const how = state === 'committed' ? 'was committed' : 'was rolled back';
  return [
    `${scope} has no data migration under way. The last deployment ${how} at ${endedAt.slice(0, 19).replace('T', ' ')}:`,
    '',
    ...renderPasses(scope, passes, terminal).split('\n').slice(2),
  ].join('\n');
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
