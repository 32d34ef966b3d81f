import type { Assumption } from '../assumption';

/** How long DynamoDB takes for what the embedded server does at once, and how strict it is about repeating it. */
export const DYNAMODB_ASSUMPTIONS = [
  {
    name: 'dynamodb-table-create-ms',
    default: '100',
    values: ['<number>'],
    sentence: 'How long a new table is CREATING, and a deleted one DELETING.',
  },
  {
    name: 'dynamodb-table-update-ms',
    default: '50',
    values: ['<number>'],
    sentence: 'How long a table is UPDATING after a change that is no index.',
  },
  {
    name: 'dynamodb-index-build-ms',
    default: '100',
    values: ['<number>'],
    sentence: 'How long a new index is CREATING: half of it before, half of it in the backfill. Also for deleting one.',
  },
  {
    name: 'dynamodb-create-visible-ms',
    default: '0',
    values: ['<number>'],
    sentence:
      'How long DescribeTable answers ResourceNotFoundException after CreateTable (it is eventually consistent).',
  },
  {
    name: 'dynamodb-ttl-apply-ms',
    default: '50',
    values: ['<number>'],
    sentence: 'How long time to live is ENABLING or DISABLING; up to an hour on AWS.',
  },
  {
    name: 'dynamodb-ttl-change-interval-ms',
    default: '3600000',
    values: ['<number>'],
    sentence: 'How long after a change of time to live the next one is refused; AWS documents one hour. 0 for never.',
  },
  {
    name: 'dynamodb-backup-ms',
    default: '50',
    values: ['<number>'],
    sentence: 'How long an on-demand backup is CREATING.',
  },
  {
    name: 'dynamodb-on-demand-switches',
    default: '4',
    values: ['<number>'],
    sentence: 'How often a table may become on-demand within 24 hours; older documents of AWS say once.',
  },
] as const satisfies readonly Assumption[];

type DynamoDbAssumption = (typeof DYNAMODB_ASSUMPTIONS)[number]['name'];

/** Reads the chosen value of an assumption: milliseconds, or a count. */
export type Delay = (name: DynamoDbAssumption) => number;
