import type { Sandbox, StackEvent } from '../api';

/** Methods of a sandbox that a second process may call. The others need the process that holds the folder. */
export const REMOTE_METHODS = [
  'deploy',
  'destroy',
  'cancelUpdate',
  'continueUpdateRollback',
  'rollbackStack',
  'setAlarm',
  'stacks',
  'resources',
  'sql',
  'invoke',
  'settle',
] as const satisfies readonly (keyof Sandbox)[];

export type RemoteMethod = (typeof REMOTE_METHODS)[number];

/** One line of the answer to a control request: what happens while it runs, and at the end its result or error. */
export type ControlLine =
  | { readonly stackEvent: StackEvent }
  | { readonly warning: string }
  | { readonly functionLog: readonly [functionName: string, line: string] }
  | { readonly result: unknown }
  | { readonly error: ControlError };

export interface ControlError {
  readonly name: string;
  readonly message: string;
  readonly statusCode?: number;
}
