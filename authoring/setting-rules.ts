import type { AutoScaling, ScalingRange, Throughput } from '../core/bundle/table-definitions';
import type { BillingMode, TableDefaults } from '../core/bundle/table-settings';
import { checkProperties, checkTexts, refuse } from './refuse';

/** What DynamoDB accepts of the settings of a table. */

const mostTags = 50;
const longestTagKey = 128;
const longestTagValue = 256;
const mostRecoveryDays = 35;
const largestPolicy = 20_480;
/** Application Auto Scaling keeps the use of DynamoDB between these percentages (aws-facts DDB-21). */
const targets = { lowest: 20, highest: 90 };

export function checkReason(reason: string | undefined): void {
  if (reason === undefined || (typeof reason === 'string' && reason.trim() !== '')) return;
  refuse('Property allowDestructive', 'be a reason in words', reason);
}

export function checkFlag(property: string, value: unknown): void {
  if (typeof value !== 'boolean') refuse(`Property ${property}`, 'be true or false', value);
}

export function checkOneOf(subject: string, allowed: readonly string[], value: string | undefined, more = ''): void {
  if (value === undefined || allowed.includes(value)) return;
  refuse(subject, `be one of ${allowed.join(', ')}${more === '' ? '' : ` ${more}`}`, value);
}

export function checkDays(subject: string, days: number): void {
  if (Number.isInteger(days) && days >= 1 && days <= mostRecoveryDays) return;
  refuse(subject, `be a whole number of days from 1 to ${mostRecoveryDays}`, days);
}

/** The settings that a target may give to all its new tables. */
export function checkDefaults(settings: TableDefaults): void {
  const { stream, pointInTimeRecovery, encryption, tableClass, deletionProtection, tags, contributorInsights } =
    settings;
  checkOneOf('Property stream', ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'], stream);
  checkOneOf('Property tableClass', ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'], tableClass);
  if (typeof pointInTimeRecovery === 'number') checkDays('Property pointInTimeRecovery', pointInTimeRecovery);
  else if (pointInTimeRecovery !== undefined) checkFlag('pointInTimeRecovery', pointInTimeRecovery);
  if (deletionProtection !== undefined) checkFlag('deletionProtection', deletionProtection);
  if (contributorInsights !== undefined) checkFlag('contributorInsights', contributorInsights);
  if (tags !== undefined) checkTags(tags, 0);
  if (typeof encryption === 'object' && encryption !== null) checkKeyArn(encryption);
  else checkOneOf('Property encryption', ['aws-owned', 'aws-managed'], encryption, "or { keyArn: 'arn:aws:kms:...' }");
}

function checkKeyArn(encryption: { readonly keyArn: string }): void {
  checkProperties('Property encryption', encryption, ['keyArn']);
  const { keyArn } = encryption;
  if (typeof keyArn === 'string' && /^arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)\/[\w/:-]+$/.test(keyArn)) return;
  refuse('Property keyArn', 'be the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/<id>', keyArn);
}

interface BillingProps {
  readonly billingMode?: BillingMode;
  readonly throughput?: Throughput;
  readonly autoScaling?: AutoScaling;
}

/** Throughput is for provisioned tables, and a provisioned table has some. */
export function checkBilling({ billingMode, throughput, autoScaling }: BillingProps): void {
  checkOneOf('Property billingMode', ['on-demand', 'provisioned'], billingMode);
  if (billingMode === 'provisioned') {
    checkThroughput('Property throughput', throughput);
    if (autoScaling !== undefined) checkAutoScaling('Property autoScaling', autoScaling);
    return;
  }
  for (const [name, value] of Object.entries({ throughput, autoScaling })) {
    if (value !== undefined) refuse(`Property ${name}`, "come with billingMode: 'provisioned'", value);
  }
}

export function checkThroughput(subject: string, throughput: Throughput | undefined): void {
  checkProperties(subject, throughput, ['read', 'write']);
  for (const name of ['read', 'write'] as const) checkUnits(`${subject}: ${name}`, throughput![name]);
}

export function checkIndexThroughput(
  throughput: Readonly<Record<string, Throughput>> | undefined,
  billingMode: BillingMode,
): void {
  if (throughput === undefined) return;
  if (billingMode !== 'provisioned') {
    refuse('Property indexThroughput', "come with billingMode: 'provisioned'", throughput);
  }
  if (typeof throughput !== 'object' || throughput === null) {
    refuse('Property indexThroughput', 'be an object with a throughput for each index', throughput);
  }
  for (const [index, one] of Object.entries(throughput)) checkThroughput(`The throughput of index ${index}`, one);
}

export function checkAutoScaling(subject: string, autoScaling: AutoScaling): void {
  checkProperties(subject, autoScaling, ['read', 'write']);
  const ranges = (['read', 'write'] as const).filter((name) => autoScaling[name] !== undefined);
  if (ranges.length === 0) refuse(subject, 'have limits for read, for write, or both', autoScaling);
  for (const name of ranges) checkRange(`${subject}: ${name}`, autoScaling[name]!);
}

function checkRange(subject: string, range: ScalingRange): void {
  checkProperties(subject, range, ['min', 'max', 'target']);
  checkUnits(`${subject}: min`, range.min);
  checkUnits(`${subject}: max`, range.max);
  if (range.min > range.max) refuse(`${subject}: max`, `not be less than min, which is ${range.min}`, range.max);
  const { target = targets.lowest } = range;
  if (typeof target === 'number' && target >= targets.lowest && target <= targets.highest) return;
  refuse(`${subject}: target`, `be a percentage from ${targets.lowest} to ${targets.highest}`, target);
}

function checkUnits(subject: string, units: number): void {
  if (!Number.isSafeInteger(units) || units < 1)
    refuse(subject, 'be a whole number of capacity units, at least 1', units);
}

export function checkTags(tags: Readonly<Record<string, string>>, fewest: number): void {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    refuse('Property tags', "be an object such as { team: 'nutrition' }", tags);
  }
  const entries = Object.entries(tags);
  if (entries.length < fewest) refuse('Property tags', 'have at least one tag', tags);
  if (entries.length > mostTags) refuse('A table', `have at most ${mostTags} tags`, entries.length);
  for (const [key, value] of entries) {
    checkTagKey(key);
    if (typeof value !== 'string' || value.length > longestTagValue || !isTagText(value)) {
      refuse(`The value of tag ${key}`, `be up to ${longestTagValue} letters, digits, spaces and ${tagMarks}`, value);
    }
  }
}

export function checkTagKeys(keys: readonly string[]): void {
  checkTexts('keys', keys);
  if (keys.length === 0) refuse('Property keys', 'have at least one key', keys);
  keys.forEach(checkTagKey);
}

const tagMarks = '+ - = . _ : / @';

function checkTagKey(key: string): void {
  if (/^aws:/i.test(key)) refuse('The key of a tag', 'not begin with aws:, which is for AWS itself', key);
  if (key.length >= 1 && key.length <= longestTagKey && isTagText(key)) return;
  refuse('The key of a tag', `be 1 to ${longestTagKey} letters, digits, spaces and ${tagMarks}`, key);
}

function isTagText(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

export function checkResourcePolicy(policy: Readonly<Record<string, unknown>> | undefined): void {
  if (policy === undefined) return;
  if (typeof policy !== 'object' || policy === null || !('Statement' in policy)) {
    refuse('Property resourcePolicy', 'be a policy with a Statement, as IAM writes it', policy);
  }
  const text = isJson(policy)
    ? JSON.stringify(policy)
    : refuse('Property resourcePolicy', 'be plain JSON', 'other values');
  const size = new TextEncoder().encode(text).length;
  if (size > largestPolicy) refuse('Property resourcePolicy', `be at most ${largestPolicy} bytes as JSON`, size);
}

/** @param within the objects that it is a part of: one that contains itself has no end */
function isJson(value: unknown, within: readonly unknown[] = []): boolean {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || within.includes(value)) return false;
  const isPlain = Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]';
  return isPlain && Object.values(value).every((member) => member === undefined || isJson(member, [...within, value]));
}
