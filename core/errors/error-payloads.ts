/**
 * Every error code, with the shape of its payload. Empty here: the room that throws a code declares it, in a file
 * `error-codes.ts` beside the code that throws it, which adds to this interface (TypeScript merges them). So no two rooms
 * use one code for two things, and a payload of the wrong shape does not compile. Each code has a comment: first when the error
 * happens, then `@remedy`; docs/errors.md is made of them. Codes are public: people search for them and scripts compare
 * them, so they are added and never renamed.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is declared by the rooms
export interface ErrorPayloads {}

export type ErrorCode = keyof ErrorPayloads;

/** The payload of a code that has nothing to add to its message. */
export type NoPayload = Readonly<Record<string, never>>;
