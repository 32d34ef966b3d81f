import { resourceTypes } from '../../core/wire';
import type { CloudFormationEvent, StackStatusEvent } from '../../lambda/cloudformation/event';
import { signature } from './response-bucket';

export const scope = 'App/Migrations';
export const stackId = 'arn:aws:cloudformation:us-east-1:123456789012:stack/App/1b2c';
export const now = 1_767_225_600_000;

/** What CloudFormation sends to the Migrations resource. Everything in properties is a string (aws-facts CR-6). */
export function migrationsEvent(change: Partial<CloudFormationEvent> = {}): CloudFormationEvent {
  return {
    RequestType: 'Create',
    RequestId: 'request-1',
    StackId: stackId,
    ResponseURL: `https://example.com/answer?${signature}`,
    ResourceType: resourceTypes.migrations,
    LogicalResourceId: 'Migrations',
    ResourceProperties: properties('b'.repeat(64)),
    ...change,
  };
}

export function properties(revision: string, change: Readonly<Record<string, unknown>> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:us-east-1:123456789012:function:OnEvent',
    ServiceTimeout: '3000',
    Format: '1',
    Scope: scope,
    Revision: revision,
    Bundle: { Bucket: 'assets', Key: `${revision}.json`, Digest: revision },
    Targets: {
      users: {
        DatabaseKind: 'aurora-postgresql',
        Identity: 'db-1',
        ClusterArn: 'c',
        SecretArn: 's',
        DatabaseName: 'app',
      },
    },
    OnOlderRevision: 'downgrade',
    OnRemoval: 'undo',
    ForwardSeconds: '1200',
    ...change,
  };
}

/** What CloudFormation sends to the commit marker. */
export function markerEvent(change: Partial<CloudFormationEvent> = {}): CloudFormationEvent {
  return migrationsEvent({
    ResourceType: resourceTypes.commit,
    LogicalResourceId: 'Commit',
    ResourceProperties: { ServiceToken: 'arn', ServiceTimeout: '3600', Format: '1', Scope: scope, Revision: 'new' },
    ...change,
  });
}

export const stackEvent: StackStatusEvent = {
  id: 'event-1',
  'detail-type': 'CloudFormation Stack Status Change',
  detail: { 'stack-id': stackId, 'status-details': { status: 'UPDATE_COMPLETE' } },
};
