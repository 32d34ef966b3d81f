/** What the exit code of every command means; scripts rely on it. */
export const exitCodes = {
  success: 0,
  /** The operation failed, and what it did was rolled back (or it changed nothing). */
  failed: 1,
  /** The command line, or something that it names, is wrong. Nothing was changed. */
  usage: 2,
  /** Something is left in a state that needs manual repair. */
  needsRepair: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
