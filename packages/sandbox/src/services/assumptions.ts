import type { Assumption } from './assumption';

/** What no document settles about these services, or what only time makes visible. */
export const SERVICE_ASSUMPTIONS = [
  {
    name: 'iam-propagation-ms',
    default: '0',
    values: ['<number>'],
    sentence: 'How much later a change of a role or its policies takes effect. Seconds, in AWS.',
  },
  {
    name: 'ssm-read-lag-ms',
    default: '0',
    values: ['<number>'],
    sentence: 'How long reads of a parameter still see the version before.',
  },
  {
    name: 'lambda-async-retry-ms',
    default: '1000',
    values: ['<number>'],
    sentence: 'Pause before a failed asynchronous invocation is tried again, doubled the second time. Minutes, in AWS.',
  },
  {
    name: 'lambda-crash-error',
    default: 'typed',
    values: ['typed', 'unknown'],
    sentence:
      'How Step Functions names a crashed or timed-out function: Runtime.ExitError and Sandbox.Timedout, or Lambda.Unknown.',
  },
  {
    name: 'autoscaling-of-deleted-index',
    default: 'kept',
    values: ['kept', 'removed'],
    sentence: 'What becomes of the auto scaling of a global secondary index when the index is deleted.',
  },
] as const satisfies readonly Assumption[];

type ServiceAssumption = (typeof SERVICE_ASSUMPTIONS)[number]['name'];

/** Reads the chosen value of an assumption. */
export type ServiceAssume = (name: ServiceAssumption) => string;
