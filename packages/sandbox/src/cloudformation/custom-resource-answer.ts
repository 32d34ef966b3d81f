import type { Properties } from './resource-type';
import { isObject } from './template/template';

/** What the handler of a custom resource said, after CloudFormation's checks. */
export interface CustomResourceAnswer {
  readonly success: boolean;
  readonly reason: string;
  /** Undefined when the answer has none, or one that CloudFormation does not accept. */
  readonly physicalId?: string;
  readonly data: Properties;
  readonly noEcho: boolean;
}

/** The identifiers that an answer must copy from its request. */
export interface RequestIdentity {
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

const MAXIMUM_BYTES = 4096;
const MAXIMUM_PHYSICAL_ID_BYTES = 1024;

/**
 * Applies the rules of an answer (aws-facts CR-2, CR-3 and CR-4). A refused answer counts as FAILED, with the rule as
 * its reason. That of a success is shown as it is (aws-facts CR-21).
 */
export function readAnswer(body: string, request: RequestIdentity): CustomResourceAnswer {
  if (Buffer.byteLength(body) > MAXIMUM_BYTES) return refused('Response object is too long.');
  const answer = parse(body);
  if (!isObject(answer)) return refused('Response object is not a JSON object.');
  const { Status, Reason, Data, NoEcho, PhysicalResourceId } = answer;
  const fault = findFault(answer, request);
  if (fault !== undefined) return refused(fault);
  const physicalId = acceptPhysicalId(PhysicalResourceId);
  if (physicalId === undefined) return refused('Invalid PhysicalResourceId');
  const success = Status === 'SUCCESS';
  return {
    success,
    reason: success ? text(Reason) : failedText(text(Reason), request.RequestId),
    physicalId,
    data: isObject(Data) ? Data : {},
    noEcho: NoEcho === true,
  };
}

function text(reason: unknown): string {
  return typeof reason === 'string' ? reason : '';
}

/** How CloudFormation words it, as seen in reports (aws-facts CR-5). */
function failedText(reason: string, requestId: string): string {
  return `Received response status [FAILED] from custom resource. Message returned: ${reason} (RequestId: ${requestId})`;
}

function refused(reason: string): CustomResourceAnswer {
  return { success: false, reason, data: {}, noEcho: false };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A field of a wrong type voids the whole answer, also when the rest is good (aws-facts CR-4). */
function findFault(answer: Properties, request: RequestIdentity): string | undefined {
  const { Status, Reason, Data, NoEcho } = answer;
  if (Status !== 'SUCCESS' && Status !== 'FAILED') return 'Invalid Status: must be SUCCESS or FAILED.';
  if (Reason !== undefined && typeof Reason !== 'string') return 'Invalid Reason: must be a string.';
  if (Data !== undefined && !isObject(Data)) return 'Invalid Data: must be an object.';
  if (NoEcho !== undefined && typeof NoEcho !== 'boolean') return 'Invalid NoEcho: must be a boolean.';
  const identifiers = ['StackId', 'RequestId', 'LogicalResourceId'] as const;
  const wrong = identifiers.find((name) => answer[name] !== request[name]);
  return wrong && `Invalid ${wrong}: must be copied from the request.`;
}

function acceptPhysicalId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return Buffer.byteLength(value) <= MAXIMUM_PHYSICAL_ID_BYTES ? value : undefined;
}
