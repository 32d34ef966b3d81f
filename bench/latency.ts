import { postgresUrlIfReachable } from '../test/support/real-postgres';
import { type Deployments, measureDeployments } from './calls/deployments';
import type { Benchmark, Measurement } from './measurement';

const pending = 200;

/** Milliseconds, as between a function and the Data API in one region with what the API does itself: an assumption. */
const latency = 20;

/**
 * What a migration costs when each call of the Data API takes 20 ms longer than in the sandbox: the construct in a stack,
 * with Lambda processes, the ledger on dynoxide, and a real PostgreSQL. The floor is what the calls themselves take, if
 * nothing were done between them and there were one for each migration.
 */
export const latencyOfCalls: Benchmark = {
  name: 'latency',
  rounds: 3,
  unavailable: async () => ((await postgresUrlIfReachable()) ? undefined : 'no PostgreSQL server can be reached'),
  async run(rounds) {
    const measured: Deployments[] = [];
    for (let round = 0; round < rounds; round += 1) measured.push(await measureDeployments(pending, latency));
    return [
      ...rows('up', measured, ({ up }) => ({ calls: up.calls, seconds: up.resourceSeconds })),
      ...rows('undo', measured, ({ undo }) => undo),
    ];
  },
};

function rows(
  direction: 'up' | 'undo',
  rounds: readonly Deployments[],
  of: (round: Deployments) => Pick<Deployments['undo'], 'calls' | 'seconds'>,
): readonly Measurement[] {
  const data = (round: Deployments) => of(round).calls.get('rds-data')!;
  /** Milliseconds of one call. */
  const callTime = (round: Deployments) => (data(round).seconds * 1000) / data(round).count;
  const perMigration = (round: Deployments) => (of(round).seconds * 1000) / pending;
  return [
    {
      name: `calls of the Data API, per migration, ${direction}`,
      unit: 'calls',
      values: rounds.map((round) => data(round).count / pending),
    },
    { name: `time, per migration, ${direction}`, unit: 'ms', values: rounds.map(perMigration) },
    {
      name: `one call with ${latency} ms of latency (the floor), ${direction}`,
      unit: 'ms',
      values: rounds.map(callTime),
    },
    {
      name: `time / floor, ${direction}`,
      unit: 'x',
      values: rounds.map((round) => perMigration(round) / callTime(round)),
    },
  ];
}
