import { AwsError } from '../aws-error';

/**
 * A fact about CloudFormation that no document settles ("unverified" in docs/aws-facts.md). The first value is the
 * default.
 */
interface Choice {
  readonly values: readonly [string, ...string[]];
  /** What the default means, in one sentence. */
  readonly about: string;
}

export const cloudFormationAssumptions = {
  'rollback-order': {
    values: ['dependency', 'reverse'],
    about:
      'A failed update is undone in dependency order of the old template, so a function is old again before its custom resource is called.',
  },
  'rollback-physical-id': {
    values: ['new', 'old'],
    about: 'The rollback Update of a custom resource that answered with a new physical id carries that new id.',
  },
  'orphaned-old-id': {
    values: ['keep', 'delete'],
    about:
      'When a rollback Update is not answered with the id from before the update, that old id is forgotten without a Delete.',
  },
  'failed-update-id': {
    values: ['stored', 'ignored'],
    about: 'A physical id in a FAILED answer to an Update becomes the current one.',
  },
  'cleanup-delete-properties': {
    values: ['old', 'new'],
    about: 'The cleanup Delete of a replaced resource carries the properties that the deleted physical resource had.',
  },
  'cleanup-delete-attempts': {
    values: ['3', '1'],
    about: 'A delete that fails during cleanup is tried three times before the resource is dropped.',
  },
  'cleanup-delete-request-id': {
    values: ['new', 'same'],
    about: 'Each of these attempts is a request of its own, with a new RequestId.',
  },
  'overlap-rollback': {
    values: ['yes', 'no'],
    about: 'The rollback request to a cancelled custom resource is sent while its first request still runs.',
  },
  'service-token-in-properties': {
    values: ['yes', 'no'],
    about: 'ResourceProperties and OldResourceProperties contain ServiceToken.',
  },
  'numbers-as-strings': {
    values: ['yes', 'no'],
    about: 'Numbers in the properties of a custom resource arrive as strings, as booleans do.',
  },
  'service-token-change': {
    values: ['refused', 'allowed'],
    about: 'An update that changes the ServiceToken of a custom resource fails.',
  },
  'duplicate-delivery': {
    values: ['no', 'yes'],
    about: 'Each custom resource request is delivered once; with yes, twice, as asynchronous invocation may.',
  },
  'initiated-event': {
    values: ['yes', 'no'],
    about:
      'A create shows CREATE_IN_PROGRESS again, with "Resource creation Initiated", when its physical id is known.',
  },
  'no-rollback-replacement': {
    values: ['refused', 'allowed'],
    about: 'With rollback disabled, an update that answers with a new physical id fails.',
  },
  'no-rollback-failed-update-request': {
    values: ['yes', 'no'],
    about: 'With rollback disabled, a failed resource is updated back to its last stable state at once.',
  },
  'rollback-without-stable-state': {
    values: ['delete', 'rollback'],
    about:
      'RollbackStack on a stack that was never complete deletes the stack; with rollback it ends ROLLBACK_COMPLETE.',
  },
  'monitoring-status': {
    values: ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'],
    about: 'During the monitoring time of rollback triggers the stack is still in progress.',
  },
} as const satisfies Readonly<Record<string, Choice>>;

type Choices = typeof cloudFormationAssumptions;
export type AssumptionName = keyof Choices;

export type Assumptions = { readonly [Name in AssumptionName]: Choices[Name]['values'][number] };

/** Takes the defaults for what is not given. Throws for a name or value that does not exist, listing those that do. */
export function readAssumptions(given: Readonly<Record<string, string>> = {}): Assumptions {
  for (const [name, value] of Object.entries(given)) checkAssumption(name, value);
  const defaults = Object.entries(cloudFormationAssumptions).map(([name, choice]) => [name, choice.values[0]]);
  return { ...Object.fromEntries(defaults), ...given } as Assumptions;
}

export function isAssumptionName(name: string): name is AssumptionName {
  return Object.hasOwn(cloudFormationAssumptions, name);
}

function checkAssumption(name: string, value: string): void {
  if (!isAssumptionName(name)) {
    const names = Object.keys(cloudFormationAssumptions).join(', ');
    throw new AwsError('ValidationError', `There is no assumption '${name}'. Those of CloudFormation are: ${names}.`);
  }
  const values: readonly string[] = cloudFormationAssumptions[name].values;
  if (values.includes(value)) return;
  throw new AwsError('ValidationError', `Assumption '${name}' cannot be '${value}'. Allowed: ${values.join(', ')}.`);
}
