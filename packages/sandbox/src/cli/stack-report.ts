import type { StackEvent, StackResult } from '../api';
import { type ExitCode, exitCodes } from './exit-codes';
import type { CommandLineHost } from './host';
import type { Colour, Report, Terminal } from './output';

/** One stack event as `--json` prints it. */
interface PlainEvent extends Omit<StackEvent, 'stack'> {}

interface PlainResult {
  readonly stack: string;
  readonly status: string;
  readonly events: readonly PlainEvent[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** What a command was meant to reach. */
export interface Wish {
  readonly statuses: RegExp;
  /** Name of the stack that was named last, if any was. */
  readonly stack?: string;
}

/** Who the report is for. */
interface Readers {
  readonly terminal: Pick<Terminal, 'paint'>;
  readonly host: CommandLineHost;
}

/**
 * The result of a stack operation. Several stacks are all in `stacks`; the members beside it are those of the one that
 * failed, or else of the one that was named.
 */
export function stackReport(
  results: readonly StackResult[],
  { statuses: wished, stack }: Wish,
  readers: Readers,
): Report {
  const last = results.at(-1);
  if (!last) return { data: { stacks: [] }, text: 'There are no stacks.' };
  const endedWell = exitCodeOf(last, wished) === exitCodes.success;
  const main = (endedWell && results.find((result) => result.stack === stack)) || last;
  return {
    data: results.length === 1 ? plainResult(main) : { ...plainResult(main), stacks: results.map(plainResult) },
    text: results.map((result) => summary(result, wished, readers)).join('\n'),
    exitCode: Math.max(...results.map((result) => exitCodeOf(result, wished))) as ExitCode,
  };
}

export function eventLine(event: StackEvent, { paint }: Pick<Terminal, 'paint'>): string {
  const { time, status, logicalId, type, reason } = event;
  const parts = [
    paint('gray', time.slice(11, 23)),
    paint(colourOf(status), status.padEnd(28)),
    logicalId.padEnd(40),
    paint('gray', type),
    paint(/FAILED/.test(status) ? 'red' : 'gray', reason.replaceAll('\n', `\n${' '.repeat(14)}`)),
  ];
  return parts.join('  ').trimEnd();
}

function plainResult({ stack, status, events, outputs }: StackResult): PlainResult {
  const plain = events.map(({ stack: _stack, ...event }) => event);
  return { stack, status, events: plain, outputs };
}

function exitCodeOf({ status, unchanged }: StackResult, wished: RegExp): ExitCode {
  if (unchanged || wished.test(status)) return exitCodes.success;
  return status.endsWith('_COMPLETE') ? exitCodes.failed : exitCodes.needsRepair;
}

function summary(result: StackResult, wished: RegExp, { terminal: { paint }, host }: Readers): string {
  const { stack, status, unchanged, outputs } = result;
  if (unchanged) return `\n${paint('bold', stack)}: nothing to change (${status})`;
  const causes = wished.test(status) ? [] : rootCauses(result);
  return [
    `\n${paint('bold', stack)}: ${paint(colourOf(status), status)}`,
    ...causes.map(({ logicalId, reason }) => paint('red', `  ${logicalId}: ${reason}`)),
    ...(exitCodeOf(result, wished) === exitCodes.needsRepair ? [`  ${adviceFor(result, host)}`] : []),
    ...told(result).map(({ logicalId, reason }) => indented(`${logicalId}: ${reason}`)),
    ...Object.entries(outputs).map(([name, value]) => `  ${name} = ${value}`),
  ].join('\n');
}

/** What custom resources had to say of their success, such as which migrations were applied; the last word of each. */
function told({ events }: StackResult): readonly StackEvent[] {
  const said = events.filter(
    ({ type, status, reason }) => /^Custom::/.test(type) && /^(CREATE|UPDATE)_COMPLETE$/.test(status) && reason !== '',
  );
  return [...new Map(said.map((event) => [`${event.stack} ${event.logicalId}`, event])).values()];
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? `  ${line}` : `    ${line}`))
    .join('\n');
}

/** What failed itself, rather than being cancelled by CloudFormation after the failure of another resource. */
function rootCauses({ events }: StackResult): readonly StackEvent[] {
  return events.filter(({ status, reason }) => status.endsWith('_FAILED') && !/cancelled/i.test(reason));
}

function adviceFor({ stack, status }: StackResult, { name, repairCommand }: CommandLineHost): string {
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    const repair = repairCommand === undefined ? '' : `\`${repairCommand}\` and `;
    return `Manual repair is needed: fix the cause, then run ${repair}\`${name} continue-rollback --stack ${stack}\`.`;
  }
  if (status === 'CREATE_FAILED' || status === 'UPDATE_FAILED') {
    return `It was kept as it is. Deploy again, or run \`${name} rollback --stack ${stack}\`.`;
  }
  return `Manual repair is needed: fix the cause, then run \`${name} destroy --stack ${stack}\`.`;
}

function colourOf(status: string): Colour {
  if (/FAILED|ROLLBACK/.test(status)) return status.endsWith('ROLLBACK_COMPLETE') ? 'yellow' : 'red';
  return status.endsWith('_COMPLETE') ? 'green' : 'cyan';
}
