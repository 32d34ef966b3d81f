import { AwsError } from '../../aws-error';
import { flag, optionalNumber, record, text } from '../input';
import type { Operation, OperationContext } from './operation';
import type { TableFacts } from './table-facts';

/**
 * dynoxide takes any change of time to live, at once and as often as asked. DynamoDB takes up to an hour, refuses
 * what is set already, and refuses a second change within the hour (aws-facts DDB-6).
 */
const updateTimeToLive: Operation = async (input, context) => {
  const { lifecycle, facts, delay, clock, forward } = context;
  const table = text(input, 'TableName');
  lifecycle.refuseUnreadable(table);
  const enabled = flag(record(input, 'TimeToLiveSpecification'), 'Enabled');
  const { TimeToLiveDescription: current } = await forward('DescribeTimeToLive', { TableName: table });
  const isEnabled = record({ current }, 'current')['TimeToLiveStatus'] === 'ENABLED';
  if (enabled === isEnabled) {
    throw new AwsError('ValidationException', `TimeToLive is already ${enabled ? 'enabled' : 'disabled'}`);
  }
  const changed = facts.of(table).timeToLiveChanged ?? 0;
  if (clock.now() < changed + delay('dynamodb-ttl-change-interval-ms')) {
    throw new AwsError('ValidationException', 'Time to live has been modified multiple times within a fixed interval');
  }
  const answer = await forward('UpdateTimeToLive', input);
  facts.set(table, { timeToLiveChanged: clock.now() });
  return answer;
};

const describeTimeToLive: Operation = async (input, { facts, delay, clock, forward }) => {
  const answer = await forward('DescribeTimeToLive', input);
  const description = record(answer, 'TimeToLiveDescription');
  const changed = facts.of(text(input, 'TableName')).timeToLiveChanged ?? 0;
  if (clock.now() >= changed + delay('dynamodb-ttl-apply-ms')) return answer;
  const status = description['TimeToLiveStatus'] === 'ENABLED' ? 'ENABLING' : 'DISABLING';
  return { TimeToLiveDescription: { ...description, TimeToLiveStatus: status } };
};

const DEFAULT_RECOVERY_DAYS = 35;
/** The latest time that a table can be restored to lies about five minutes back (aws-facts DDB-7). */
const RECOVERY_LAG_MS = 300_000;

/** Point-in-time recovery: dynoxide has none. The sandbox keeps the setting, not the data of the past. */
const updateContinuousBackups: Operation = async (input, context) => {
  const table = await existing(text(input, 'TableName'), context);
  const wanted = record(input, 'PointInTimeRecoverySpecification');
  const days = optionalNumber(wanted, 'RecoveryPeriodInDays') ?? DEFAULT_RECOVERY_DAYS;
  if (!Number.isInteger(days) || days < 1 || days > DEFAULT_RECOVERY_DAYS) {
    throw new AwsError(
      'ValidationException',
      `RecoveryPeriodInDays is ${days}. Allowed: 1 to ${DEFAULT_RECOVERY_DAYS}.`,
    );
  }
  const since = context.facts.of(table).recovery?.since ?? context.clock.now();
  const enabled = flag(wanted, 'PointInTimeRecoveryEnabled');
  context.facts.set(table, { recovery: enabled ? { days, since } : undefined });
  return continuousBackups(context.facts.of(table), context.clock.now());
};

const describeContinuousBackups: Operation = async (input, context) =>
  continuousBackups(context.facts.of(await existing(text(input, 'TableName'), context)), context.clock.now());

async function existing(table: string, { lifecycle, forward }: OperationContext): Promise<string> {
  try {
    lifecycle.refuseUnseen(table);
    await forward('DescribeTable', { TableName: table });
    return table;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    throw new AwsError('TableNotFoundException', `Table not found: ${table}`);
  }
}

function continuousBackups({ recovery }: TableFacts, now: number) {
  const earliest = recovery && Math.max(recovery.since, now - recovery.days * 86_400_000);
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: recovery ? 'ENABLED' : 'DISABLED',
        ...(recovery && earliest !== undefined
          ? {
              RecoveryPeriodInDays: recovery.days,
              EarliestRestorableDateTime: earliest / 1000,
              LatestRestorableDateTime: Math.max(earliest, now - RECOVERY_LAG_MS) / 1000,
            }
          : {}),
      },
    },
  };
}

export const SETTING_OPERATIONS: Readonly<Record<string, Operation>> = {
  UpdateTimeToLive: updateTimeToLive,
  DescribeTimeToLive: describeTimeToLive,
  UpdateContinuousBackups: updateContinuousBackups,
  DescribeContinuousBackups: describeContinuousBackups,
};
