export type {
  DeployOptions,
  FailureInjection,
  Interceptor,
  ObservedCall,
  OnFailure,
  Sandbox,
  SandboxOptions,
  StackEvent,
  StackResult,
  StackSummary,
} from './api';
export { AwsError } from './aws-error';
export type { ExitCode } from './cli/exit-codes';
export type { CommandLineHost, Database, DatabaseNames } from './cli/host';
export { runCommandLine } from './cli/program';
export { type Connection, connect } from './connect';
export { openSandbox } from './open-sandbox';
export { SandboxError, type SandboxErrorCode, type SandboxErrorDetails } from './sandbox-error';
