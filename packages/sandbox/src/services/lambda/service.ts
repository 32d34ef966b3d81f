import { AwsError } from '../../aws-error';
import { parseInput } from '../input';
import type { Permission, Service, ServiceRequest, ServiceResponse } from '../service';
import { type FunctionRecord, functionNameOf } from './function-store';
import type { Lambda } from './lambda';

interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** Without the `lambda:`. */
  readonly action: string;
  run(lambda: Lambda, functionName: string, request: ServiceRequest): Promise<ServiceResponse> | ServiceResponse;
}

const FUNCTION = '^/2015-03-31/functions/([^/]+)';

const CONCURRENCY = /^\/2017-10-31\/functions\/([^/]+)\/concurrency$/;

const ROUTES: readonly Route[] = [
  { method: 'POST', path: new RegExp(`${FUNCTION}/invocations$`), action: 'InvokeFunction', run: invoke },
  {
    method: 'GET',
    path: new RegExp(`${FUNCTION}/configuration$`),
    action: 'GetFunctionConfiguration',
    run: configuration,
  },
  { method: 'GET', path: new RegExp(`${FUNCTION}$`), action: 'GetFunction', run: getFunction },
  { method: 'PUT', path: CONCURRENCY, action: 'PutFunctionConcurrency', run: putConcurrency },
  { method: 'DELETE', path: CONCURRENCY, action: 'DeleteFunctionConcurrency', run: deleteConcurrency },
  { method: 'GET', path: /^\/2015-03-31\/functions\/?$/, action: 'ListFunctions', run: listFunctions },
];

export function lambdaService(lambda: Lambda): Service {
  const find = (request: ServiceRequest) => {
    for (const route of ROUTES) {
      const match = route.method === request.method ? route.path.exec(request.path) : null;
      if (match) return { route, functionName: match[1] ?? '' };
    }
    throw new AwsError(
      'UnknownOperationException',
      `The sandbox's Lambda has no ${request.method} ${request.path}.`,
      404,
    );
  };
  return {
    signingNames: ['lambda'],
    protocol: 'rest-json',
    permission(request): Permission {
      const { route, functionName } = find(request);
      const resource = functionName === '' ? '*' : lambda.functions.arnOf(functionNameOf(functionName));
      return { action: `lambda:${route.action}`, resource };
    },
    async handle(request) {
      const { route, functionName } = find(request);
      return route.run(lambda, functionName, request);
    },
    close: () => lambda.close(),
  };
}

async function invoke(
  lambda: Lambda,
  functionName: string,
  { headers, body }: ServiceRequest,
): Promise<ServiceResponse> {
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const payload = body.toString('utf8');
  requireJson(payload);
  if (type === 'Event') {
    lambda.invokeAsync(functionName, payload || '{}');
    return { statusCode: 202 };
  }
  if (type === 'DryRun') {
    lambda.functions.get(functionName);
    return { statusCode: 204 };
  }
  const result = await lambda.invoke(functionName, payload);
  const errorHeader: Record<string, string> = result.error ? { 'x-amz-function-error': 'Unhandled' } : {};
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', ...errorHeader },
    body: result.payload,
  };
}

/** With 0, the way to stop a function at once. It lasts until it is deleted, or the function's resource is updated. */
function putConcurrency(lambda: Lambda, functionName: string, { body }: ServiceRequest): ServiceResponse {
  const reserved = parseInput(body)['ReservedConcurrentExecutions'];
  if (typeof reserved !== 'number' || !Number.isInteger(reserved) || reserved < 0) {
    throw new AwsError(
      'InvalidParameterValueException',
      `ReservedConcurrentExecutions must be a whole number, 0 or more, got ${JSON.stringify(reserved)}.`,
      400,
      { Type: 'User' },
    );
  }
  lambda.functions.change(nameOf(lambda, functionName), (record) => ({ ...record, reservedConcurrency: reserved }));
  return json({ ReservedConcurrentExecutions: reserved });
}

function deleteConcurrency(lambda: Lambda, functionName: string): ServiceResponse {
  lambda.functions.change(nameOf(lambda, functionName), (record) => ({ ...record, reservedConcurrency: undefined }));
  return { statusCode: 204 };
}

function nameOf(lambda: Lambda, nameOrArn: string): string {
  return lambda.functions.get(nameOrArn).name;
}

function configuration(lambda: Lambda, functionName: string): ServiceResponse {
  return json(describe(lambda, lambda.functions.get(functionName)));
}

function getFunction(lambda: Lambda, functionName: string): ServiceResponse {
  const record = lambda.functions.get(functionName);
  return json({ Configuration: describe(lambda, record), Code: { RepositoryType: 'S3' }, Tags: {} });
}

function listFunctions(lambda: Lambda): ServiceResponse {
  return json({ Functions: lambda.functions.all().map((record) => describe(lambda, record)) });
}

function describe(lambda: Lambda, record: FunctionRecord) {
  return {
    FunctionName: record.name,
    FunctionArn: lambda.functions.arnOf(record.name),
    Runtime: record.runtime,
    Handler: record.handler,
    Role: record.roleArn,
    Timeout: record.timeoutSeconds,
    MemorySize: record.memoryMb,
    Description: record.description,
    Environment: { Variables: record.environment },
    CodeSha256: Buffer.from(record.codeDigest, 'hex').toString('base64'),
    LastModified: record.lastModified,
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
  };
}

function json(value: unknown): ServiceResponse {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function requireJson(payload: string): void {
  if (payload === '') return;
  try {
    JSON.parse(payload);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`, 400, {
      Type: 'User',
    });
  }
}
