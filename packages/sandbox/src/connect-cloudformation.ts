import type { SandboxAssumptions } from './assumptions';
import { AwsError } from './aws-error';
import type { Broadcast } from './broadcast';
import { CloudFormation, type StatusChange } from './cloudformation';
import { customResourceTransport } from './custom-resources/transport';
import { dynamicReferences } from './dynamic-references';
import type { Platform } from './platform';
import { resourceTypes } from './resources/table';
import { addressOfUrl, type ObjectStore } from './services/s3';
import type { StateStore } from './state';

/** Gives the CloudFormation engine its world: resource types, functions, templates in S3, alarms, EventBridge. */
export function connectCloudFormation(
  platform: Platform,
  state: StateStore,
  assumptions: SandboxAssumptions,
  broadcast: Broadcast,
): CloudFormation {
  const warn = (message: string) => broadcast.warning(message);
  return new CloudFormation({
    state,
    environment: platform.environment,
    types: resourceTypes({ ...platform, warn }),
    transport: customResourceTransport({ ...platform, warn }),
    resolveDynamicReference: dynamicReferences(platform.parameters, platform.secrets),
    readTemplate: async (url) => readTemplate(platform.objects, url),
    alarmState: async (alarm) => platform.alarms.stateOf(alarm),
    onStackEvent: (event) => broadcast.stackEvent(event),
    onStatusChange: (change) => publishStatus(platform, change),
    onWarning: warn,
    assumptions: assumptions.cloudFormation,
  });
}

function readTemplate(objects: ObjectStore, url: string): string {
  const address = addressOfUrl(url);
  if (!address) throw new AwsError('ValidationError', `TemplateURL must be an Amazon S3 URL, not '${url}'.`);
  return objects.get(address.bucket, address.key).body.toString('utf8');
}

/** Every change of a stack's status is an event (aws-facts CFN-19). */
function publishStatus({ bus }: Platform, { stackId, status, reason, token }: StatusChange): void {
  bus.publish({
    source: 'aws.cloudformation',
    detailType: 'CloudFormation Stack Status Change',
    resources: [stackId],
    detail: {
      'stack-id': stackId,
      'status-details': { status, 'status-reason': reason },
      'client-request-token': token,
    },
  });
}
