import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StateStore } from '../../state';

export type FunctionLog = (functionName: string, line: string) => void;

/** Keeps what functions print in `<state>/logs/<function>.log`, and passes each line on. */
export function functionLog(state: StateStore, onLine: FunctionLog = () => {}): FunctionLog {
  const folder = state.path('logs');
  return (functionName, line) => {
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, `${functionName}.log`), `${line}\n`);
    onLine(functionName, line);
  };
}
