/** What the exit code of every command means; scripts rely on it. */
export const exitCodes = {
  success: 0,
  /** The operation failed, and what it did was taken back (or it did nothing). */
  failed: 1,
  /** The command line, or what it names, is wrong. Nothing was done. */
  usage: 2,
  /** Something was left in a state that only a person can settle. */
  needsPerson: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
