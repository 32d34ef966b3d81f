import { AwsError } from '../aws-error';
import { type Input, parseInput } from './input';
import type { Permission, Service, ServiceRequest } from './service';

/** One operation of a service that speaks JSON 1.0 or 1.1: what it needs permission for, and what it does. */
export interface JsonOperation {
  permission(input: Input): Permission | readonly Permission[] | null;
  run(input: Input, request: ServiceRequest): unknown;
}

export type JsonOperations = Readonly<Record<string, JsonOperation>>;

/** A service that is a table of operations; the request's `x-amz-target` picks one. */
export function jsonService(signingName: string, operations: JsonOperations): Service {
  const find = (request: ServiceRequest): JsonOperation => {
    const operation = operations[request.operation];
    if (operation) return operation;
    throw new AwsError(
      'UnknownOperationException',
      `The sandbox has no operation '${request.operation}' of ${signingName}. It has: ${Object.keys(operations).join(', ')}.`,
    );
  };
  return {
    signingNames: [signingName],
    protocol: 'json',
    permission: (request) => find(request).permission(parseInput(request.body)),
    async handle(request) {
      const output = await find(request).run(parseInput(request.body), request);
      return {
        statusCode: 200,
        headers: { 'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.1' },
        body: JSON.stringify(output ?? {}),
      };
    },
  };
}
