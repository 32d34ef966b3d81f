import type { ErrorCode, ErrorPayloads } from './error-payloads';

/** A location in a file. Lines and columns are 1-based; columns count UTF-16 units, as editors do. */
export interface ErrorLocation {
  readonly file: string;
  /** Left out when the whole file is meant, or the line is not known. */
  readonly line?: number;
  readonly column?: number;
}

export interface ErrorDetails {
  /** Facts for programs: ids, names, numbers. Plain data, never secrets. Its shape is declared with the code. */
  readonly payload?: object;
  /** What to do next, as a sentence. */
  readonly hint?: string;
  readonly location?: ErrorLocation;
  /** What was caught, when this error explains another. */
  readonly cause?: unknown;
  /** The single errors that this one reports together. */
  readonly errors?: readonly MigrationError[];
}

/** Details with the payload of a code, which may be left out only if nothing in it is required. */
type DetailsOf<Payload> =
  Record<never, never> extends Payload
    ? [details?: ErrorDetails & { readonly payload?: Payload }]
    : [details: ErrorDetails & { readonly payload: Payload }];

/** What an error is made of: a code, a message, and details that fit the code. */
type ErrorArguments = {
  [Code in ErrorCode]: [code: Code, message: string, ...details: DetailsOf<ErrorPayloads[Code]>];
}[ErrorCode];

/**
 * The one error class of this project. Tell errors apart by `code`, never by message; see {@link hasCode}.
 * `message` says what is wrong; `hint` says what to do; see `renderError` for both together.
 */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: ErrorCode;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly hint?: string;
  readonly location?: ErrorLocation;
  readonly errors: readonly MigrationError[];

  // The class is not generic: `instanceof` would narrow to a MigrationError<any>, whose code may be compared to anything.
  // Its parameters are taken apart in the body: an app that compiles only our declarations has no codes to take apart.
  constructor(...parameters: ErrorArguments) {
    const [code, message, details = {}] = parameters;
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.payload = { ...details.payload };
    this.hint = details.hint;
    this.location = details.location;
    this.errors = details.errors ?? [];
  }
}

/** An error with one code, and so with that code's payload. */
export type ErrorOf<Code extends ErrorCode> = MigrationError & {
  readonly code: Code;
  readonly payload: ErrorPayloads[Code];
};

/** Narrows an error to one code, and its payload with it. */
export function hasCode<Code extends ErrorCode>(error: unknown, code: Code): error is ErrorOf<Code> {
  return error instanceof MigrationError && error.code === code;
}

/** An error from plain data, such as another process printed: its payload had the right shape where it was thrown. */
export function errorFromData(code: ErrorCode, message: string, details: ErrorDetails): MigrationError {
  return new MigrationError(...([code, message, details] as ErrorArguments));
}

/** The same error with more details, such as the location, which only the caller of the thrower knows. */
export function withDetails(error: MigrationError, details: ErrorDetails): MigrationError {
  const { code, message, payload, hint, location, cause, errors } = error;
  return errorFromData(code, message, { payload, hint, location, cause, errors, ...details });
}

/** Codes that say something about this process or this moment, and nothing about a migration. */
const passingCodes: readonly ErrorCode[] = ['LEASE_LOST', 'STATE_CHANGED', 'DATABASE_BUSY'];

/** True when the same work may be tried again later, by this process or another one. */
export function isPassing(error: unknown): boolean {
  return error instanceof MigrationError && passingCodes.includes(error.code);
}
