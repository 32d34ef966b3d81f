import type { StackEvent } from '../api';
import { Heartbeat, secondsSince } from './heartbeat';
import type { Terminal } from './output';
import { eventLine } from './stack-report';

/** Names in a line about several resources. */
const namesInLine = 6;

/** The second event of every create. */
const initiated = 'Resource creation Initiated';

/**
 * Shows stack events while a command waits for them: all that says something in full, resources of which nothing is
 * remarkable in one line together. With `--verbose` every event has its line.
 */
export class Progress {
  readonly #terminal: Terminal;
  /** Events that had no line of their own yet. */
  #folded: StackEvent[] = [];
  /** By stack and resource: what has begun and not ended. */
  readonly #open = new Map<string, StackEvent>();
  readonly #heartbeat: Heartbeat;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#heartbeat = new Heartbeat(terminal, (seconds) => this.#stillWorking(seconds));
  }

  show(event: StackEvent): void {
    const key = `${event.stack} ${event.logicalId}`;
    if (event.status.endsWith('_IN_PROGRESS')) this.#open.set(key, event);
    else this.#open.delete(key);
    if (this.#terminal.verbose || isRemarkable(event)) this.#say(eventLine(event, this.#terminal));
    else this.#folded.push(event);
  }

  end(): void {
    this.#heartbeat.end();
    this.#flush();
  }

  #say(line: string): void {
    this.#flush();
    this.#terminal.say(line);
    this.#heartbeat.reset();
  }

  #stillWorking(seconds: number): string {
    this.#flush();
    const resources = [...this.#open.values()].filter(({ stack, logicalId }) => stack !== logicalId);
    const waitingFor = resources.length > 0 ? `: ${resources.map(shortLine).join(', ')}` : '';
    return `... still working after ${seconds} s${waitingFor}`;
  }

  #flush(): void {
    const ended = this.#folded.filter(({ status }) => !status.endsWith('_IN_PROGRESS'));
    this.#folded = [];
    for (const status of new Set(ended.map((event) => event.status))) {
      const names = [...new Set(ended.filter((event) => event.status === status).map(({ logicalId }) => logicalId))];
      const more = names.length > namesInLine ? ` and ${names.length - namesInLine} more` : '';
      const listed = `${names.slice(0, namesInLine).join(', ')}${more}`;
      this.#terminal.say(this.#terminal.paint('gray', `${' '.repeat(12)}  ${status.padEnd(28)}  ${listed}`));
    }
  }
}

function shortLine({ logicalId, status, time }: StackEvent): string {
  return `${logicalId} ${status} for ${secondsSince(Date.parse(time))} s`;
}

/** Stacks, custom resources, failures, and whatever comes with a reason. */
function isRemarkable({ stack, logicalId, type, status, reason }: StackEvent): boolean {
  if (logicalId === stack || type === 'AWS::CloudFormation::Stack') return true;
  if (/^(Custom::|AWS::CloudFormation::CustomResource$)/.test(type)) return reason !== initiated;
  return status.endsWith('_FAILED') || (reason !== '' && reason !== initiated);
}
