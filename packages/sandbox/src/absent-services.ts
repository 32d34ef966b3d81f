/**
 * Custom resources of the CDK itself whose only work is a call to a service that the sandbox does not have (EC2,
 * CloudWatch Logs, ECR). CDK adds them unasked, and their handlers would fail or never answer.
 */
const TYPES = [
  'Custom::VpcRestrictDefaultSG',
  'Custom::LogRetention',
  'Custom::ECRAutoDeleteImages',
  'Custom::CloudwatchLogResourcePolicy',
];

interface CustomResourceEvent {
  readonly ResourceType: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
}

export function isAbsentService(event: unknown): event is CustomResourceEvent {
  return TYPES.includes((event as CustomResourceEvent).ResourceType);
}

/** Makes such a resource inert: answers SUCCESS for its handler, over the same URL. */
export async function answerInItsPlace(event: CustomResourceEvent, warn: (message: string) => void): Promise<void> {
  warn(`${event.ResourceType} is inert here: the sandbox has no such service, so its handler is not called.`);
  const { StackId, RequestId, LogicalResourceId } = event;
  const PhysicalResourceId = event.PhysicalResourceId ?? LogicalResourceId;
  const body = JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId });
  await fetch(event.ResponseURL, { method: 'PUT', body });
}
