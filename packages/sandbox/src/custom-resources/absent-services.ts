import { answer, type CustomResourceEvent } from './answer';

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

export function isAbsentService({ ResourceType }: CustomResourceEvent): boolean {
  return TYPES.includes(ResourceType);
}

/** Makes such a resource inert: answers SUCCESS for its handler, over the same URL. */
export async function answerInItsPlace(event: CustomResourceEvent, warn: (message: string) => void): Promise<void> {
  warn(`${event.ResourceType} is inert here: the sandbox has no such service, so its handler is not called.`);
  await answer(event, { PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId });
}
