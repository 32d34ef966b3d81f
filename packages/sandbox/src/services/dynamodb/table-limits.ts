import { AwsError } from '../../aws-error';
import { type Input, optionalNumber, record, records, text } from '../input';
import type { OperationContext } from './operation';
import type { TableDescription } from './table-description';
import type { Decreases, TableFacts } from './table-facts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const DECREASES_PER_DAY = 4;
const CLASS_CHANGES = { most: 2, within: 30 * DAY };

/**
 * How often DynamoDB lets a table be changed: decreases of throughput, switches to on-demand and changes of the table class
 * (aws-facts DDB-24, DDB-26 and DDB-27). Returns what is to be remembered of this change. dynoxide counts nothing of it.
 */
export function refuseTooOften(
  input: Input,
  before: TableDescription,
  { facts, clock, delay }: OperationContext,
): Partial<TableFacts> {
  const now = clock.now();
  const known = facts.of(before.TableName);
  return {
    ...countDecreases(input, before, known.decreases ?? {}, now),
    ...countOnDemand(input, before, known.madeOnDemand ?? [], now, delay('dynamodb-on-demand-switches')),
    ...countClassChanges(input, before, known.classChanges ?? [], now),
  };
}

function countDecreases(input: Input, before: TableDescription, known: Decreases, now: number): Partial<TableFacts> {
  // A switch of the mode is no decrease, whatever the numbers are.
  if (input['BillingMode'] !== undefined) return {};
  const changes = [
    { name: '', given: record(input, 'ProvisionedThroughput'), current: before.ProvisionedThroughput },
    ...records(input, 'GlobalSecondaryIndexUpdates').flatMap((update) => {
      const change = record(update, 'Update');
      const name = typeof change['IndexName'] === 'string' ? change['IndexName'] : '';
      const index = before.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === name);
      return index
        ? [{ name, given: record(change, 'ProvisionedThroughput'), current: index.ProvisionedThroughput }]
        : [];
    }),
  ];
  const decreased = changes.filter(({ given, current }) => isDecrease(given, current ?? {}));
  for (const { name } of decreased) refuseDecrease(before.TableName, known[name] ?? [], now);
  if (decreased.length === 0) return {};
  const noted = decreased.map(({ name }) => [name, [...(known[name] ?? []), now]] as const);
  return { decreases: { ...known, ...Object.fromEntries(noted) } };
}

function isDecrease(given: Input, current: Input): boolean {
  return ['ReadCapacityUnits', 'WriteCapacityUnits'].some((member) => {
    const [wanted, has] = [optionalNumber(given, member), optionalNumber(current, member)];
    return wanted !== undefined && has !== undefined && wanted < has;
  });
}

function refuseDecrease(table: string, times: readonly number[], now: number): void {
  if (decreasesToday(times, now) < DECREASES_PER_DAY || now - (times.at(-1) ?? 0) > HOUR) return;
  throw tooOften(
    `Provisioned throughput decreases are limited within a given UTC day. After the first ${DECREASES_PER_DAY} decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds: ${table}`,
  );
}

/** A day is that of UTC. */
export function decreasesToday(times: readonly number[], now: number): number {
  const day = Math.floor(now / DAY);
  return times.filter((time) => Math.floor(time / DAY) === day).length;
}

function countOnDemand(
  input: Input,
  { TableName: table, BillingModeSummary }: TableDescription,
  known: readonly number[],
  now: number,
  most: number,
): Partial<TableFacts> {
  if (input['BillingMode'] !== 'PAY_PER_REQUEST' || BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') return {};
  const recent = known.filter((time) => now - time < DAY);
  if (recent.length >= most) {
    throw tooOften(`Update to PayPerRequest mode are limited to ${most} times in 1 day(s): ${table}`);
  }
  return { madeOnDemand: [...recent, now] };
}

function countClassChanges(
  input: Input,
  { TableName: table, TableClassSummary }: TableDescription,
  known: readonly number[],
  now: number,
): Partial<TableFacts> {
  const current = TableClassSummary?.TableClass ?? 'STANDARD';
  if (input['TableClass'] === undefined || text(input, 'TableClass') === current) return {};
  const recent = known.filter((time) => now - time < CLASS_CHANGES.within);
  if (recent.length >= CLASS_CHANGES.most) {
    throw tooOften(`Table class updates are limited to ${CLASS_CHANGES.most} times in 30 day(s): ${table}`);
  }
  return { classChanges: [...recent, now] };
}

function tooOften(what: string): AwsError {
  return new AwsError('LimitExceededException', `Subscriber limit exceeded: ${what}`);
}
