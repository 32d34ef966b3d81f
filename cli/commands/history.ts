import type { Command } from 'commander';
import { verifyChain } from '../../core/ledger/audit';
import type { AuditEvent } from '../../core/ledger/state';
import { addCommand, type CommandLine, does } from '../command';
import { exitCodes } from '../exit-codes';
import type { CommandHelp } from '../help';
import { type ScopeAccess, type ScopeOptions, withMatchingScopes } from '../ledger-access';
import { clip, combined, lineWidth, type Report, shortTime, table } from '../output';
import { withScopeOptions } from '../scope-options';

interface HistoryOptions extends ScopeOptions {
  readonly verify?: boolean;
}

const help: CommandHelp = {
  summary: 'Show everything that happened to a scope, oldest first',
  description: [
    'Shows all audit events of a scope, oldest first. Each holds the hash of the one before it, so that --verify can check',
    'that no event was edited, removed or moved.',
  ].join(' '),
  examples: [
    { args: '', does: 'the sandbox in ./.sandbox' },
    { args: '--stack Nutrition --verify', does: 'check the history of a stack in AWS' },
  ],
  exitCodes: { 3: 'the history was tampered with' },
  json: [
    '[{ "seq": 1, "at": "2026-...", "actor": "...", "deployment": "...", "type": "...", "target": "users",',
    '   "version": "1.0.0", "detail": {}, "previousHash": "...", "hash": "..." }]',
    'and with --verify one of',
    '{ "valid": true, "events": 31 }',
    '{ "valid": false, "problem": { "seq": 7, "problem": "edited", "message": "..." } }',
    'and of several scopes { "scopes": [{ "scope": "...", "events": [...] }] }',
  ].join('\n'),
};

export function addHistory(parent: Command, session: CommandLine): void {
  withScopeOptions(addCommand(parent, 'history', help))
    .option('--verify', 'check that no event was edited, removed or moved')
    .action(does<HistoryOptions>(session, showHistory));
}

function showHistory({ verify = false, ...options }: HistoryOptions): Promise<Report> {
  return withMatchingScopes(options, async (all) => {
    const reports = await Promise.all(all.map((access) => (verify ? verifyHistory(access) : listHistory(access))));
    return all.length === 1 ? reports[0]! : combined(reports.map((report, index) => ofScope(all[index]!, report)));
  });
}

/** Of several scopes each says which one it is. */
function ofScope({ scope }: ScopeAccess, { data, text, exitCode }: Report): Report {
  const own = Array.isArray(data) ? { events: data } : (data as object);
  return { data: { scope, ...own }, text: `${scope}\n${text}`, exitCode };
}

async function listHistory({ ports, scope }: ScopeAccess): Promise<Report> {
  const events = await ports.ledger.events(scope);
  return { data: events, text: events.length === 0 ? `${scope} has no history yet.` : renderEvents(events) };
}

/** The head is read first: what is recorded in between then comes after its end, where nothing is compared. */
async function verifyHistory({ ports, scope }: ScopeAccess): Promise<Report> {
  const end = await ports.ledger.load(scope);
  const events = (await ports.ledger.events(scope)).filter(({ seq }) => seq <= end.eventCount);
  const problem = verifyChain(events, end);
  if (problem) {
    return {
      data: { valid: false, problem },
      text: `The history of ${scope} was tampered with. ${problem.message}`,
      exitCode: exitCodes.needsRepair,
    };
  }
  return {
    data: { valid: true, events: events.length },
    text: `The history of ${scope} is complete and unchanged: ${events.length} events.`,
  };
}

/** One table for each stretch of one deployment and one actor, which are too long to stand in every line. */
function renderEvents(events: readonly AuditEvent[]): string {
  const stretches: AuditEvent[][] = [];
  for (const event of events) {
    const last = stretches.at(-1)?.at(-1);
    if (last?.deployment === event.deployment && last.actor === event.actor) stretches.at(-1)!.push(event);
    else stretches.push([event]);
  }
  return stretches.map(renderStretch).join('\n\n');
}

function renderStretch(events: readonly AuditEvent[]): string {
  const { deployment, actor } = events[0]!;
  const rows = events.map(({ seq, at, type, target, version, detail }) => [
    String(seq),
    shortTime(at),
    type,
    target && version ? `${target}/${version}` : target,
    Object.keys(detail).length === 0 ? '' : JSON.stringify(detail),
  ]);
  const heading = [deployment, actor].filter(Boolean).join('  ');
  return `${clip(heading, lineWidth())}\n${table(['#', 'at', 'event', 'migration', 'detail'], rows)}`;
}
