import { createRequire } from 'node:module';
import type { Json, JsonObject } from './definition';
import type { TaskHandler } from './task';

/** What the sandbox uses of the npm package `aws-local-stepfunctions`. */
export interface Interpreter {
  readonly StateMachine: new (definition: JsonObject, options: { readonly validationOptions: Validation }) => Machine;
}

interface Machine {
  run(
    input: Json,
    options: {
      readonly context: JsonObject;
      readonly overrides: { readonly taskResourceLocalHandlers: Readonly<Record<string, TaskHandler>> };
    },
  ): { readonly result: Promise<Json>; readonly eventLogs: AsyncIterable<InterpreterEvent>; abort(): void };
}

interface Validation {
  readonly noValidate?: boolean;
  readonly checkPaths?: boolean;
  readonly checkArn?: boolean;
}

export interface InterpreterEvent {
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly state?: { readonly name: string; readonly type: string; readonly input: Json; readonly output?: Json };
  readonly Error?: string;
  readonly Cause?: unknown;
}

// The interpreter is written for Node 22 and calls Promise.withResolvers, which Node 20 does not have.
// This is the only place where the sandbox adds it, and the only one that loads the interpreter.
interface WithResolvers {
  withResolvers?: <T>() => {
    promise: Promise<T>;
    resolve: (value: T | PromiseLike<T>) => void;
    reject: (reason?: unknown) => void;
  };
}

(Promise as WithResolvers).withResolvers ??= <T>() => {
  let resolve!: (value: T | PromiseLike<T>) => void;
  let reject!: (reason?: unknown) => void;
  const promise = new Promise<T>((accept, refuse) => {
    resolve = accept;
    reject = refuse;
  });
  return { promise, resolve, reject };
};

/**
 * Loaded when the first state machine needs it: that takes longer than the rest of the sandbox. Its declarations say
 * ES module, but it has a CommonJS build, which is the one that `require` gets.
 */
export function interpreter(): Interpreter {
  return createRequire(__filename)('aws-local-stepfunctions') as Interpreter;
}
