import { sha256 } from '../../core/bundle/checksum';
import { databaseKinds } from '../../core/bundle/database-kinds';
import type { MigrationsRequest, RecordedRequest, Request } from '../../core/request/request';
import { type MigrationsProperties, resourceTypes } from '../../core/wire';

/** A custom resource request as CloudFormation sends it (aws-facts CR-1). */
export interface CloudFormationEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly StackId: string;
  readonly ResponseURL: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

/** A stack operation ended (EventBridge, aws-facts CFN-19). */
export interface StackStatusEvent {
  readonly id: string;
  readonly 'detail-type': string;
  readonly detail: { readonly 'stack-id': string; readonly 'status-details': { readonly status: string } };
}

const requestTypes: readonly string[] = ['Create', 'Update', 'Delete'];

export function isStackStatusEvent(event: unknown): event is StackStatusEvent {
  return typeof event === 'object' && event !== null && 'detail-type' in event;
}

/**
 * Reads a request. Everything arrives as strings (aws-facts CR-6), in the shape that any earlier version of this
 * library wrote.
 * @throws Error for properties that lack what every version has
 */
export function parseRequest(event: CloudFormationEvent, now: number): RecordedRequest {
  if (!requestTypes.includes(event.RequestType)) {
    throw new Error(`Unknown RequestType ${JSON.stringify(event.RequestType)}. Allowed: ${requestTypes.join(', ')}.`);
  }
  const properties = event.ResourceProperties;
  const scope = text(properties, 'Scope');
  // It arrives among the properties; an hour when it was not given (aws-facts CR-7 and CR-8).
  const timeout = Number(properties.ServiceTimeout ?? 3600);
  return {
    key: requestKey(event),
    scope,
    stackId: event.StackId,
    logicalId: event.LogicalResourceId,
    requestId: event.RequestId,
    actor: `cloudformation ${stackName(event.StackId)} ${event.LogicalResourceId} ${event.RequestId}`,
    request: event.ResourceType === resourceTypes.commit ? parseMarker(event, scope) : parseMigrations(event),
    receivedAt: now,
    answerBy: askedAt(event.ResponseURL, now) + (Number.isFinite(timeout) ? timeout : 3600) * 1000,
    responseUrl: event.ResponseURL,
  };
}

/** Milliseconds that CloudFormation's response URLs are valid (aws-facts CR-20). */
const urlLifetime = 7_200_000;

/**
 * When CloudFormation began to wait: it signed the URL then. A function that was throttled gets its event late, and an
 * hour from then would be too long.
 */
function askedAt(responseUrl: string, now: number): number {
  const parameters = URL.canParse(responseUrl) ? new URL(responseUrl).searchParams : new URLSearchParams();
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(parameters.get('X-Amz-Date') ?? '');
  const signedAt = date
    ? Date.parse(`${date[1]}-${date[2]}-${date[3]}T${date[4]}:${date[5]}:${date[6]}Z`)
    : Number(parameters.get('Expires') ?? Number.NaN) * 1000 - urlLifetime;
  return Number.isFinite(signedAt) ? Math.min(signedAt, now) : now;
}

/** What a stack event asks of a scope. It has no answer to give. */
export function settleRequest(event: StackStatusEvent, scope: string, now: number): RecordedRequest {
  const stackId = event.detail['stack-id'];
  return {
    key: `settle-${sha256(`${event.id} ${stackId}`).slice(0, 32)}`,
    scope,
    stackId,
    logicalId: '',
    requestId: event.id,
    actor: `eventbridge ${stackName(stackId)} ${event.detail['status-details'].status}`,
    request: { kind: 'settle', repair: false },
    receivedAt: now,
    answerBy: now + 900_000,
  };
}

/**
 * The same delivery twice has one key and is worked on once. CloudFormation uses a RequestId again when a deployment is
 * retried (aws-facts CR-18), but then with another URL, and waits for another answer.
 */
function requestKey({ StackId, RequestId, ResponseURL }: CloudFormationEvent): string {
  return sha256(`${StackId} ${RequestId} ${ResponseURL}`).slice(0, 40);
}

function parseMigrations(event: CloudFormationEvent): Request {
  return {
    kind: 'migrations',
    type: event.RequestType,
    physicalId: event.PhysicalResourceId,
    properties: parseProperties(event.ResourceProperties),
    ...(event.RequestType === 'Update' && { previous: parsePrevious(event.OldResourceProperties ?? {}) }),
  };
}

function parsePrevious({ Scope, Ledger }: Readonly<Record<string, unknown>>): MigrationsRequest['previous'] {
  if (typeof Scope !== 'string') return undefined;
  return { Scope, ...(typeof Ledger === 'string' && { Ledger }) };
}

function parseMarker(event: CloudFormationEvent, scope: string): Request {
  const { RequestType: type, PhysicalResourceId: physicalId, ResourceProperties } = event;
  // In the Delete of cleanup the properties may be the old or the new ones (aws-facts CR-11): the id itself does not
  // lie.
  const named = physicalId?.startsWith(`${scope}@`) ? physicalId.slice(scope.length + 1) : undefined;
  const revision = type === 'Delete' && named !== undefined ? named : text(ResourceProperties, 'Revision');
  return { kind: 'marker', type, physicalId, revision };
}

function parseProperties(properties: Readonly<Record<string, unknown>>): MigrationsProperties {
  // What a newer library means by other properties is not known here, and applying half of it would be wrong.
  if ((properties.Format ?? '1') !== '1') {
    throw new Error(
      `Property Format must be "1", got ${JSON.stringify(properties.Format)}. These functions are older than the construct: deploy both with the same version of cdk-migrations.`,
    );
  }
  const targets = record(properties, 'Targets');
  for (const name of Object.keys(targets)) checkTarget(name, record(targets, name));
  const bundle = record(properties, 'Bundle');
  return {
    Format: '1',
    Scope: text(properties, 'Scope'),
    ...(properties.Ledger !== undefined && { Ledger: text(properties, 'Ledger') }),
    Revision: text(properties, 'Revision'),
    Bundle: { Bucket: text(bundle, 'Bucket'), Key: text(bundle, 'Key'), Digest: text(bundle, 'Digest') },
    Targets: targets as MigrationsProperties['Targets'],
    OnOlderRevision: properties.OnOlderRevision === 'downgrade' ? 'downgrade' : 'refuse',
    OnRemoval: properties.OnRemoval === 'undo' ? 'undo' : 'retain',
    ForwardSeconds: String(properties.ForwardSeconds ?? 2400),
    ServiceTimeout: String(properties.ServiceTimeout ?? 3600),
  };
}

function checkTarget(name: string, target: Readonly<Record<string, unknown>>): void {
  const kinds = Object.keys(databaseKinds);
  if (!kinds.includes(String(target.DatabaseKind))) {
    throw new Error(
      `Target ${name} has the unknown DatabaseKind ${JSON.stringify(target.DatabaseKind)}. Known: ${kinds.join(', ')}. Deploy with a newer cdk-migrations.`,
    );
  }
  text(target, 'Identity');
}

function text(properties: Readonly<Record<string, unknown>>, name: string): string {
  const value = properties[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(
    `Property ${name} must be a string, got ${JSON.stringify(value)}. Deploy with a newer cdk-migrations.`,
  );
}

function record(properties: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = properties[name];
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new Error(
    `Property ${name} must be an object, got ${JSON.stringify(value)}. Deploy with a newer cdk-migrations.`,
  );
}

/** `arn:aws:cloudformation:region:account:stack/<name>/<id>` -> name. */
function stackName(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}
