import { AwsError } from './aws-error';
import { type Assumptions, isAssumptionName, readAssumptions } from './cloudformation/assumptions';
import { type Assumption, assume } from './services/assumption';
import { SERVICE_ASSUMPTIONS, type ServiceAssume } from './services/assumptions';
import { DYNAMODB_ASSUMPTIONS } from './services/dynamodb';
import { RDS_DATA_ASSUMPTIONS } from './services/rds-data';

type Given = Readonly<Record<string, string>>;

export const ASSUMPTIONS_OF_SERVICES: readonly Assumption[] = [
  ...SERVICE_ASSUMPTIONS,
  ...DYNAMODB_ASSUMPTIONS,
  ...RDS_DATA_ASSUMPTIONS,
];

/** What the sandbox takes for true where no document settles it, each part for its own component. */
export interface SandboxAssumptions {
  readonly cloudFormation: Assumptions;
  readonly services: ServiceAssume;
  /** For services that read their own. */
  readonly given: Given;
}

/** Throws for a name that no component knows, and for a value that its component does not allow. */
export function readSandboxAssumptions(given: Given = {}): SandboxAssumptions {
  const forServices = new Set(ASSUMPTIONS_OF_SERVICES.map(({ name }) => name));
  const unknown = Object.keys(given).find((name) => !isAssumptionName(name) && !forServices.has(name));
  if (unknown !== undefined) {
    throw new AwsError(
      'ValidationError',
      `There is no assumption '${unknown}'. See README.md of @cdk-migrations/sandbox. Those of services are: ${[...forServices].sort().join(', ')}.`,
    );
  }
  const ofCloudFormation = Object.entries(given).filter(([name]) => isAssumptionName(name));
  return {
    cloudFormation: readAssumptions(Object.fromEntries(ofCloudFormation)),
    services: assume(SERVICE_ASSUMPTIONS, given),
    given,
  };
}
