import type {
  TableDescription as AwsTable,
  GlobalSecondaryIndexUpdate,
  OnDemandThroughput,
  UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { canonicalJson } from '../../core/bundle/checksum';
import type { Billing, Capacity } from '../../core/bundle/table-settings';
import { capacity, isProvisioned, limitOf, toThroughput, units } from './table-indexes';

/** How a table is paid for, translated between our words and DynamoDB's. */
export function billingOf(table: AwsTable): Billing {
  const provisioned = isProvisioned(table);
  const of = (part: Pick<AwsTable, 'ProvisionedThroughput' | 'OnDemandThroughput'>) =>
    (provisioned ? capacity(units(part.ProvisionedThroughput)) : limitOf(part.OnDemandThroughput)) ?? {};
  return {
    mode: provisioned ? 'provisioned' : 'on-demand',
    table: of(table),
    indexes: Object.fromEntries((table.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName!, of(index)])),
  };
}

/** The request that makes a table be paid for like this: DynamoDB refuses to be told what it has already. */
export function billingUpdate(wanted: Billing, table: AwsTable): Omit<UpdateTableCommandInput, 'TableName'> {
  const current = billingOf(table);
  const isOther = wanted.mode !== current.mode;
  const toInput = wanted.mode === 'provisioned' ? provisionedInput : limitInput;
  // Only limits that there are need to be told with a new mode.
  const isTold = (to: Capacity, from: Capacity = {}) =>
    isOther ? wanted.mode === 'provisioned' || Object.keys(to).length > 0 : canonicalJson(to) !== canonicalJson(from);
  const updates = Object.entries(wanted.indexes)
    .filter(([name, to]) => name in current.indexes && isTold(to, current.indexes[name]))
    .map(([name, to]): GlobalSecondaryIndexUpdate => ({ Update: { IndexName: name, ...toInput(to) } }));
  return {
    ...(isOther && { BillingMode: wanted.mode === 'provisioned' ? 'PROVISIONED' : 'PAY_PER_REQUEST' }),
    ...(isTold(wanted.table, current.table) && toInput(wanted.table)),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  };
}

function provisionedInput(wanted: Capacity) {
  return { ProvisionedThroughput: toThroughput(wanted) };
}

/** -1 removes a limit. */
function limitInput({ read = -1, write = -1 }: Capacity): { readonly OnDemandThroughput: OnDemandThroughput } {
  return { OnDemandThroughput: { MaxReadRequestUnits: read, MaxWriteRequestUnits: write } };
}
