import { sqlReader } from '../test/support/sql-reader';
import { cases } from './hazards/cases';
import type { HazardCase } from './hazards/hazard-case';
import { findings } from './hazards/ours';
import { squawkBinary, squawkFindings, squawkVersion } from './hazards/squawk';
import type { Benchmark, Measurement } from './measurement';

interface Verdict {
  readonly one: HazardCase;
  readonly ours: boolean;
  /** Undefined when it is not installed. */
  readonly squawk: boolean | undefined;
  /** With its rules that are not about running a statement. */
  readonly squawkAtAll: boolean | undefined;
}

/** Which hazards of a list of migrations are found, and which are alarms about nothing, beside squawk. Not a time. */
export const hazards: Benchmark = {
  name: 'hazards',
  rounds: 1,
  async run() {
    const binary = squawkBinary();
    console.log(
      `beside ${binary ? await squawkVersion(binary) : 'squawk: not installed (npm install --no-save squawk-cli)'}`,
    );
    const verdicts = await judge(binary);
    for (const verdict of verdicts) console.log(line(verdict));
    return totals(verdicts, binary !== undefined);
  },
};

async function judge(binary: string | undefined): Promise<readonly Verdict[]> {
  const read = await sqlReader();
  const others = binary ? await squawkFindings(binary, cases) : undefined;
  return cases.map((one, index) => ({
    one,
    ours: findings(read, one).length > 0,
    squawk: others && others[index]!.running.length > 0,
    squawkAtAll: others && others[index]!.all.length > 0,
  }));
}

/** `hazard   both     create index on a (b);` */
function line({ one, ours, squawk }: Verdict): string {
  const { sql, before = [], section, expected } = one;
  const who = ours ? (squawk ? 'both' : 'ours') : squawk ? 'squawk' : 'neither';
  const context = [...(section ? [section] : []), ...(before.length > 0 ? [`after ${before.join(' ')}`] : [])];
  return `${isHazard(one) ? 'hazard' : 'none  '}  ${who.padEnd(7)}  ${sql}${context.length > 0 ? `  (${context.join(', ')})` : ''}  ${expected === 'none' ? '' : expected}`.trimEnd();
}

function isHazard({ expected }: HazardCase): boolean {
  return expected !== 'none';
}

function totals(verdicts: readonly Verdict[], withSquawk: boolean): readonly Measurement[] {
  const dangerous = verdicts.filter(({ one }) => isHazard(one));
  const harmless = verdicts.filter(({ one }) => !isHazard(one));
  const count = (
    name: string,
    of: readonly Verdict[],
    found: (verdict: Verdict) => boolean | undefined,
    aim?: number,
  ) => {
    const value = of.filter((verdict) => found(verdict) === true).length;
    return { name: `${name}, of ${of.length}`, unit: 'cases' as const, values: [value], aim };
  };
  return [
    count('hazards that ours miss', dangerous, ({ ours }) => !ours, 0),
    count('false alarms of ours', harmless, ({ ours }) => ours, 0),
    ...(withSquawk
      ? [
          count('hazards that squawk misses', dangerous, ({ squawk }) => !squawk),
          count('hazards that only ours find', dangerous, ({ ours, squawk }) => ours && !squawk),
          count('hazards that only squawk finds', dangerous, ({ ours, squawk }) => !ours && squawk, 0),
          count("false alarms of squawk's rules about running", harmless, ({ squawk }) => squawk),
          count("false alarms of all of squawk's rules", harmless, ({ squawkAtAll }) => squawkAtAll),
        ]
      : []),
  ];
}
