import { Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Encryption, TableDefaults } from '../core/bundle/table-settings';
import type { DynamoDbTableDefaults } from './target-options';

const { CUSTOMER_MANAGED, AWS_MANAGED } = dynamodb.TableEncryption;

/** What a target gives to its new tables, in the engine's words. */
export function tableDefaults(given: DynamoDbTableDefaults): TableDefaults {
  const { readCapacity, writeCapacity, recoveryPeriodInDays, pointInTimeRecovery } = given;
  const isProvisioned = given.billingMode === dynamodb.BillingMode.PROVISIONED;
  const defaults: { readonly [Name in keyof TableDefaults]: TableDefaults[Name] | undefined } = {
    billingMode: given.billingMode && (isProvisioned ? 'provisioned' : 'on-demand'),
    throughput: isProvisioned ? { read: readCapacity!, write: writeCapacity! } : undefined,
    stream: given.stream as TableDefaults['stream'],
    pointInTimeRecovery: pointInTimeRecovery === false ? false : (recoveryPeriodInDays ?? pointInTimeRecovery),
    encryption: encryption(given),
    tableClass: given.tableClass as TableDefaults['tableClass'],
    deletionProtection: given.deletionProtection,
    tags: given.tags,
    contributorInsights: given.contributorInsights,
  };
  return Object.fromEntries(Object.entries(defaults).filter(([, value]) => value !== undefined));
}

function encryption({ encryption: kind, encryptionKey }: DynamoDbTableDefaults): Encryption | undefined {
  if (encryptionKey) return { keyArn: encryptionKey.keyArn };
  return kind === AWS_MANAGED ? 'aws-managed' : undefined;
}

/** What is wrong with them. Each completes the sentence `Target 'x': ...`. */
export function defaultsErrors(given: DynamoDbTableDefaults, prefix: string): string[] {
  const { billingMode, readCapacity, writeCapacity, recoveryPeriodInDays: days, encryption: kind } = given;
  const capacities = [readCapacity, writeCapacity];
  const isProvisioned = billingMode === dynamodb.BillingMode.PROVISIONED;
  const checks: readonly (readonly [boolean, string])[] = [
    [prefix === '', 'tableDefaults are for tables that migrations create. Set `tableNamePrefix`, or omit them.'],
    [
      isProvisioned && !capacities.every(isUnits),
      'tableDefaults with BillingMode.PROVISIONED need readCapacity and writeCapacity, whole numbers of at least 1.',
    ],
    [
      !isProvisioned && capacities.some((one) => one !== undefined),
      'tableDefaults have readCapacity or writeCapacity, which need billingMode: BillingMode.PROVISIONED.',
    ],
    [
      days !== undefined && !Token.isUnresolved(days) && !(Number.isInteger(days) && days >= 1 && days <= 35),
      `recoveryPeriodInDays of tableDefaults must be 1 to 35, got ${days}.`,
    ],
    [
      days !== undefined && given.pointInTimeRecovery === false,
      'tableDefaults have recoveryPeriodInDays, but switch pointInTimeRecovery off. Remove one of the two.',
    ],
    [
      (kind === CUSTOMER_MANAGED) !== (given.encryptionKey !== undefined),
      'tableDefaults with an encryptionKey need encryption: TableEncryption.CUSTOMER_MANAGED, and the other way round.',
    ],
  ];
  return [...checks.flatMap(([isWrong, message]) => (isWrong ? [message] : [])), ...tagErrors(given.tags ?? {})];
}

function isUnits(capacity: number | undefined): boolean {
  return capacity !== undefined && (Token.isUnresolved(capacity) || (Number.isInteger(capacity) && capacity >= 1));
}

/** The quotas of DynamoDB (aws-facts DDB-28). */
function tagErrors(tags: { readonly [key: string]: string }): string[] {
  const entries = Object.entries(tags);
  const isText = (text: string) => Token.isUnresolved(text) || /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
  const bad = entries.filter(([key, value]) => {
    const isLong = (text: string, most: number) => !Token.isUnresolved(text) && text.length > most;
    if (key === '' || /^aws:/i.test(key) || isLong(key, 128) || isLong(value, 256)) return true;
    return !isText(key) || !isText(value);
  });
  return [
    ...(entries.length > 50 ? [`tableDefaults have ${entries.length} tags; a table can have 50.`] : []),
    ...bad.map(
      ([key]) =>
        `tag '${key}' of tableDefaults must have a key of 1 to 128 characters without aws: before it, and a value of up to 256: letters, digits, spaces and + - = . _ : / @.`,
    ),
  ];
}
