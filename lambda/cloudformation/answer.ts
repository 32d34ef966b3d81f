import type { Outcome } from '../../core/request/request';
import { patiently } from '../aws/retry';

/** Bytes. A larger answer is not accepted at all (aws-facts CR-3). */
const largestAnswer = 4096;

/** What identifies the request that is answered. */
export interface AnswerTo {
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalId: string;
}

/** The body of an answer. The reason is cut so that the whole stays within CloudFormation's limit. */
export function answerBody(to: AnswerTo, outcome: Outcome): string {
  const build = (reason: string) =>
    JSON.stringify({
      Status: outcome.status,
      Reason: reason,
      PhysicalResourceId: outcome.physicalId,
      StackId: to.stackId,
      RequestId: to.requestId,
      LogicalResourceId: to.logicalId,
      Data: outcome.data,
    });
  const room = largestAnswer - Buffer.byteLength(build(''));
  return build(clip(outcome.reason, room));
}

const cut = '... (cut; all of it: `migrations history`)';

/** Cuts a text so that it takes at most so many bytes inside a JSON string. */
function clip(text: string, room: number): string {
  if (jsonBytes(text) <= room) return text;
  let length = Math.min(text.length, room);
  while (length > 0 && jsonBytes(text.slice(0, length) + cut) > room) length -= 16;
  // Half of a surrogate pair would not be a character.
  return text.slice(0, Math.max(0, length)).replace(/[\uD800-\uDBFF]$/, '') + cut;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/**
 * Sends an answer. The URL is signed without a content type, so none may be sent (aws-facts CR-2).
 * @returns false when the URL does not accept answers, now or ever: then CloudFormation does not wait for this one
 */
export async function sendAnswer(url: string, body: string): Promise<boolean> {
  if (!isWebAddress(url)) return false;
  return patiently(
    () => put(url, body),
    () => true,
  );
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol);
}

async function put(url: string, body: string): Promise<boolean> {
  const request = { method: 'PUT', body: Buffer.from(body), signal: AbortSignal.timeout(20_000) };
  const response = await fetch(url, request).catch(withoutUrl);
  const text = await response.text();
  if (response.ok) return true;
  if (isFinal(response.status, text)) return false;
  throw new Error(`The answer was not accepted: HTTP ${response.status}`);
}

/** S3 refuses an expired or wrong URL for good; a request that it got too slowly or too often is to be sent again (aws-facts CR-19). */
function isFinal(status: number, text: string): boolean {
  if (status < 400 || status >= 500 || [408, 429].includes(status)) return false;
  return !/<Code>(RequestTimeout|IncompleteBody|SlowDown|OperationAborted)<\/Code>/.test(text);
}

/** An error of fetch may name the URL, and ends up in a log. */
function withoutUrl(error: unknown): never {
  const { name, code } = Object(error instanceof Error ? (error.cause ?? error) : error) as NodeJS.ErrnoException;
  throw new Error(`The answer could not be sent: ${code ?? name ?? 'unknown error'}`);
}
