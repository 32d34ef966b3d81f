export {
  type AssumptionName,
  type Assumptions,
  cloudFormationAssumptions,
  isAssumptionName,
  readAssumptions,
} from './assumptions';
export { CloudFormation, type DeleteRequest, type DeployRequest } from './cloudformation';
export type { ResourceDescription, StackDescription } from './descriptions';
export type { AlarmState, CloudFormationOptions } from './operations/operation';
export type { StackExport } from './stack/exports';
export type { StatusChange } from './stack/live-stack';
export type { StackOutput } from './stack/stack-record';
