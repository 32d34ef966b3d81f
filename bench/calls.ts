import { postgresUrlIfReachable } from '../test/support/real-postgres';
import { type Deployments, measureDeployments } from './calls/deployments';
import { psqlSeconds } from './calls/psql';
import type { Benchmark, Measurement } from './measurement';

const pending = 1_000;

/** The first calls to a database make its protocol and read its history, however many migrations follow. */
const fixedCalls = 20;

interface Round extends Deployments {
  /** Seconds. */
  readonly psql: number;
}

/**
 * What a migration costs in calls to services, and in time beside psql: the construct in a stack, with CloudFormation,
 * Lambda processes and Step Functions of the sandbox, the ledger on dynoxide, and a real PostgreSQL.
 */
export const calls: Benchmark = {
  name: 'calls',
  rounds: 3,
  unavailable: async () => ((await postgresUrlIfReachable()) ? undefined : 'no PostgreSQL server can be reached'),
  async run(rounds) {
    const url = (await postgresUrlIfReachable())!;
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // A disk is fast at one moment and slow at the next: psql runs before and after what is compared with it.
      const before = await psqlSeconds(url, pending);
      const deployed = await measureDeployments(pending);
      measured.push({ ...deployed, psql: (before + (await psqlSeconds(url, pending))) / 2 });
    }
    return [...callRows('up', measured), ...callRows('undo', measured), ...times(measured)];
  },
};

const services = ['rds-data', 'dynamodb', 'states', 'lambda', 's3', 'ssm', 'cloudformation'] as const;

const aims: Partial<Record<(typeof services)[number], number>> = {
  'rds-data': 1 + fixedCalls / pending,
  dynamodb: 1.2,
};

function callRows(direction: 'up' | 'undo', rounds: readonly Round[]): readonly Measurement[] {
  return services.map((service) => ({
    name: `${service}, per migration, ${direction}`,
    unit: 'calls',
    values: rounds.map((round) => (round[direction].calls.get(service)?.count ?? 0) / pending),
    aim: aims[service],
  }));
}

function times(rounds: readonly Round[]): readonly Measurement[] {
  const seconds = (name: string, of: (round: Round) => number): Measurement => ({
    name,
    unit: 's',
    values: rounds.map(of),
  });
  return [
    {
      name: `update of the stack with ${pending.toLocaleString('en')} pending / psql`,
      unit: 'x',
      values: rounds.map(({ up, psql }) => up.seconds / psql),
      aim: 1.5,
    },
    {
      name: 'the migrations resource alone / psql',
      unit: 'x',
      values: rounds.map(({ up, psql }) => up.resourceSeconds / psql),
    },
    ...(['rds-data', 'dynamodb'] as const).map(
      (service): Measurement => ({
        name: `of it waiting for ${service} / psql`,
        unit: 'x',
        values: rounds.map(({ up, psql }) => (up.calls.get(service)?.seconds ?? 0) / psql),
      }),
    ),
    seconds('psql, one transaction for each migration', ({ psql }) => psql),
    seconds('update of the stack', ({ up }) => up.seconds),
    seconds('rollback of the stack after a failed sibling', ({ undo }) => undo.seconds),
  ];
}
