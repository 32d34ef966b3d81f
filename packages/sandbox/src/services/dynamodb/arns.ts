import { arn } from '../arn';
import type { Environment } from '../service';

/**
 * dynoxide says `arn:aws:dynamodb:dynoxide:000000000000:table/x` (DynamoDB Local: `ddblocal`) whatever the region. It
 * takes ARNs of any region and account, so only answers are translated, and only those without items: an item may hold
 * an ARN as data.
 */
const FOREIGN_ARN = /arn:aws:(dynamodb|kms):[a-z0-9-]*:\d{12}:/g;

export function translateArns(text: string, { partition, region, account }: Environment): string {
  return text.replaceAll(FOREIGN_ARN, (_arn, service: string) => `arn:${partition}:${service}:${region}:${account}:`);
}

export function tableArn(environment: Environment, table: string): string {
  return arn(environment, 'dynamodb', `table/${table}`);
}

/** DynamoDB takes a table's ARN wherever it takes its name; dynoxide takes names only. */
export function tableName(nameOrArn: string): string {
  return /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([^/]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}
