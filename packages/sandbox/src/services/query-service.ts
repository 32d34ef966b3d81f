import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error';
import type { Permission, Service, ServiceRequest } from './service';
import { type XmlValue, xmlDocument } from './xml';

/** One operation of a service that speaks the query protocol: a form in, XML out. */
export interface QueryOperation {
  permission(form: URLSearchParams): Permission | null;
  run(form: URLSearchParams, request: ServiceRequest): Promise<XmlValue> | XmlValue;
}

export type QueryOperations = Readonly<Record<string, QueryOperation>>;

export function queryService(signingName: string, namespace: string, operations: QueryOperations): Service {
  const find = (request: ServiceRequest): QueryOperation => {
    const operation = operations[request.operation];
    if (operation) return operation;
    throw new AwsError(
      'InvalidAction',
      `The sandbox has no operation '${request.operation}' of ${signingName}. It has: ${Object.keys(operations).join(', ')}.`,
    );
  };
  return {
    signingNames: [signingName],
    protocol: 'query',
    permission: (request) => find(request).permission(formOf(request)),
    async handle(request) {
      const result = await find(request).run(formOf(request), request);
      const document = {
        [`${request.operation}Result`]: result,
        ResponseMetadata: { RequestId: randomUUID() },
      };
      return {
        statusCode: 200,
        headers: { 'content-type': 'text/xml' },
        body: xmlDocument(`${request.operation}Response`, document, namespace),
      };
    },
  };
}

function formOf(request: ServiceRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString('utf8')) : request.query;
}
