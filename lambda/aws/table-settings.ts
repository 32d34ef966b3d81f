import {
  type TableDescription as AwsTable,
  DescribeContinuousBackupsCommand,
  DescribeContributorInsightsCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { defaultRecoveryDays, type SettingName, type TableSettings } from '../../core/bundle/table-settings';
import { patiently } from './retry';
import { billingOf, billingUpdate } from './table-billing';
import { isBusy, type TableRequests } from './table-requests';

/** How one setting of a table is read, and brought nearer to a value. The change says why it is not taken now. */
interface Setting<N extends SettingName> {
  read(requests: TableRequests, table: string): Promise<TableSettings[N]>;
  change(requests: TableRequests, table: string, value: TableSettings[N]): Promise<string | undefined>;
}

/** A setting that DescribeTable shows and UpdateTable changes. */
function inTable<N extends SettingName>(
  read: (table: AwsTable) => TableSettings[N],
  update: (value: TableSettings[N], table: AwsTable) => Omit<UpdateTableCommandInput, 'TableName'>,
): Setting<N> {
  return {
    read: async (requests, table) => read(await requests.existing(table)),
    async change(requests, table, value) {
      const input = { TableName: requests.physicalName(table), ...update(value, await requests.existing(table)) };
      return message(await requests.change(table, () => requests.client.send(new UpdateTableCommand(input))));
    },
  };
}

const stream = inTable<'stream'>(
  ({ StreamSpecification }) => (StreamSpecification?.StreamEnabled ? StreamSpecification.StreamViewType! : null),
  // The view of a stream cannot be edited (aws-facts DDB-8): it is disabled first, and the next change enables another.
  (view, { StreamSpecification }) => ({
    StreamSpecification:
      view === null || StreamSpecification?.StreamEnabled
        ? { StreamEnabled: false }
        : { StreamEnabled: true, StreamViewType: view },
  }),
);

const tableClass = inTable<'tableClass'>(
  ({ TableClassSummary }) => TableClassSummary?.TableClass ?? 'STANDARD',
  (value) => ({ TableClass: value }),
);

const deletionProtection = inTable<'deletionProtection'>(
  ({ DeletionProtectionEnabled }) => DeletionProtectionEnabled === true,
  (enabled) => ({ DeletionProtectionEnabled: enabled }),
);

/** One change an hour (aws-facts DDB-6); to expire by another attribute takes two. */
const timeToLive: Setting<'timeToLive'> = {
  async read(requests, table) {
    const describe = new DescribeTimeToLiveCommand({ TableName: requests.physicalName(table) });
    const { TimeToLiveDescription } = await patiently(() => requests.client.send(describe));
    const { TimeToLiveStatus = 'DISABLED', AttributeName = null } = TimeToLiveDescription ?? {};
    return ['ENABLED', 'ENABLING'].includes(TimeToLiveStatus) ? AttributeName : null;
  },
  async change(requests, table, attribute) {
    const current = await timeToLive.read(requests, table);
    const update = new UpdateTimeToLiveCommand({
      TableName: requests.physicalName(table),
      TimeToLiveSpecification: { Enabled: current === null, AttributeName: current ?? attribute ?? '' },
    });
    const isTooSoon = (error: Error) =>
      isBusy(error) || (error.name === 'ValidationException' && /within a fixed interval/.test(error.message));
    return message(await requests.change(table, () => requests.client.send(update), isTooSoon));
  },
};

const pointInTimeRecovery: Setting<'pointInTimeRecovery'> = {
  async read(requests, table) {
    const describe = new DescribeContinuousBackupsCommand({ TableName: requests.physicalName(table) });
    const { ContinuousBackupsDescription } = await patiently(() => requests.client.send(describe));
    const { PointInTimeRecoveryStatus, RecoveryPeriodInDays = defaultRecoveryDays } =
      ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
    return PointInTimeRecoveryStatus === 'ENABLED' ? RecoveryPeriodInDays : null;
  },
  async change(requests, table, days) {
    const enabled = days !== null;
    const update = new UpdateContinuousBackupsCommand({
      TableName: requests.physicalName(table),
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: enabled,
        ...(enabled && { RecoveryPeriodInDays: days }),
      },
    });
    // A table has no backups yet in its first moments.
    const isTooSoon = (error: Error) => isBusy(error) || error.name === 'ContinuousBackupsUnavailableException';
    return message(await requests.change(table, () => requests.client.send(update), isTooSoon));
  },
};

const contributorInsights: Setting<'contributorInsights'> = {
  async read(requests, table) {
    const describe = new DescribeContributorInsightsCommand({ TableName: requests.physicalName(table) });
    const { ContributorInsightsStatus = 'DISABLED' } = await patiently(() => requests.client.send(describe));
    return ['ENABLED', 'ENABLING'].includes(ContributorInsightsStatus);
  },
  async change(requests, table, enabled) {
    const update = new UpdateContributorInsightsCommand({
      TableName: requests.physicalName(table),
      ContributorInsightsAction: enabled ? 'ENABLE' : 'DISABLE',
    });
    return message(await requests.change(table, () => requests.client.send(update)));
  },
};

const tags: Setting<'tags'> = {
  read: tagsOf,
  async change(requests, table, wanted) {
    const { TableArn: ResourceArn } = await requests.existing(table);
    const current = await tagsOf(requests, table);
    const Tags = Object.entries(wanted)
      .filter(([key, value]) => current[key] !== value)
      .map(([Key, Value]) => ({ Key, Value }));
    const TagKeys = Object.keys(current).filter((key) => !(key in wanted));
    const set = new TagResourceCommand({ ResourceArn, Tags });
    const remove = new UntagResourceCommand({ ResourceArn, TagKeys });
    const refusal = Tags.length > 0 ? await requests.change(table, () => requests.client.send(set)) : undefined;
    if (refusal || TagKeys.length === 0) return message(refusal);
    return message(await requests.change(table, () => requests.client.send(remove)));
  },
};

/** Without those of AWS itself, which nobody else can set. */
async function tagsOf(requests: TableRequests, table: string): Promise<TableSettings['tags']> {
  const { TableArn: ResourceArn } = await requests.existing(table);
  const found: [string, string][] = [];
  let NextToken: string | undefined;
  do {
    const list = new ListTagsOfResourceCommand({ ResourceArn, NextToken });
    const page = await patiently(() => requests.client.send(list));
    found.push(...(page.Tags ?? []).map(({ Key = '', Value = '' }): [string, string] => [Key, Value]));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return Object.fromEntries(found.filter(([key]) => !key.startsWith('aws:')));
}

function message(refusal: { readonly message: string } | undefined): string | undefined {
  return refusal?.message;
}

const settings: { readonly [N in SettingName]: Setting<N> } = {
  billing: inTable<'billing'>(billingOf, billingUpdate),
  stream,
  timeToLive,
  pointInTimeRecovery,
  tableClass,
  deletionProtection,
  contributorInsights,
  tags,
};

export function settingNamed<N extends SettingName>(name: N): Setting<N> {
  return settings[name];
}
