export { CloudFormation } from './cloudformation';
export type { StackDescription } from './descriptions';
export type { StatusChange } from './stack/live-stack';
