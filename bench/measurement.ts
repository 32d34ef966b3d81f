/** What was measured several times. */
export interface Measurement {
  readonly name: string;
  readonly unit: 'ms' | 's' | 'bytes' | 'MB' | 'us' | 'calls' | 'cases' | 'items' | 'requests' | 'x';
  readonly values: readonly number[];
  /** The most that we want it to be. */
  readonly aim?: number;
}

export interface Summary extends Omit<Measurement, 'values'> {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
  /** Left out where there is no aim. */
  readonly met?: boolean;
}

export function summarize({ values, ...measured }: Measurement): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const met = measured.aim === undefined ? undefined : median <= measured.aim;
  return { ...measured, median, min: sorted[0]!, max: sorted.at(-1)!, rounds: sorted.length, met };
}

/** A part of the bench. It throws when a run fails; a missed aim is only said. */
export interface Benchmark {
  readonly name: string;
  /** How often each thing is measured unless the command says otherwise. */
  readonly rounds: number;
  /** It takes too long to be run with the others. */
  readonly onlyByName?: boolean;
  /** Why it cannot be measured here; undefined when it can. */
  unavailable?(): Promise<string | undefined>;
  run(rounds: number): Promise<readonly Measurement[]>;
}
