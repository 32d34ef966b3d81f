import type { Sandbox, StackEvent } from '../api';
import type { SandboxErrorCode, SandboxErrorDetails } from '../sandbox-error';

/** Methods of a sandbox that a second process may call. The others need the process that holds the folder. */
export const REMOTE_METHODS = [
  'deploy',
  'destroy',
  'cancelUpdate',
  'continueUpdateRollback',
  'rollbackStack',
  'setAlarm',
  'stacks',
  'events',
  'resources',
  'sql',
  'invoke',
  'running',
  'settle',
] as const satisfies readonly (keyof Sandbox)[];

export type RemoteMethod = (typeof REMOTE_METHODS)[number];

/** Requests that are about the connection itself, not about the sandbox. */
export const CONNECTION_REQUESTS = {
  /** Answered for as long as the client wants the sandbox: the server sees who is there, the client that it lives. */
  attach: 'attach',
  /** Asks the server to end if nobody uses it and nothing goes on in it. */
  yield: 'yield',
  /** The client goes and wants the server to end, whatever is running, unless other clients need it. */
  stop: 'stop',
} as const;

export interface AttachRequest {
  /** Whether the client hears of everything that happens, not only of what it asked for. */
  readonly follows: boolean;
}

/** The answer to `yield` and `stop`. */
export interface Farewell {
  readonly ends: boolean;
}

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
  /** Of an AwsError. */
  readonly statusCode?: number;
  /** Of an error of Node. */
  readonly code?: string;
  /** Of a SandboxError. */
  readonly refusal?: Pick<SandboxErrorDetails, 'payload' | 'hint' | 'location'> & { readonly code: SandboxErrorCode };
}
