import type { Credentials } from '../callers';
import type { Environment } from '../service';
import type { FunctionRecord } from './function-store';

export interface VariableOptions {
  readonly record: FunctionRecord;
  readonly taskRoot: string;
  readonly runtimeModules: string;
  readonly environment: Environment;
  readonly credentials: Credentials;
  /** Where this AWS answers: `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** The environment of a function's process: what Lambda sets, what the function asks for, and of the host only PATH. */
export function functionVariables(options: VariableOptions): Record<string, string> {
  const { record, environment, credentials } = options;
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...record.environment,
    AWS_EXECUTION_ENV: `AWS_Lambda_${record.runtime}`,
    AWS_REGION: environment.region,
    AWS_DEFAULT_REGION: environment.region,
    AWS_LAMBDA_FUNCTION_NAME: record.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(record.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${record.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'sandbox',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    ...options.endpoints,
    _HANDLER: record.handler,
    // The function asked for a newer Node than the host may have: the SDK's advice to upgrade is not for its author.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    LAMBDA_TASK_ROOT: options.taskRoot,
    NODE_PATH: options.runtimeModules,
  };
}
