import { randomUUID } from 'node:crypto';
import { AwsError } from '../../aws-error';
import type { Service, ServiceRequest, ServiceResponse } from '../service';
import { xmlDocument } from '../xml';

type Encoder = (error: AwsError, request: ServiceRequest) => ServiceResponse;

const ENCODERS: Readonly<Record<Service['protocol'], Encoder>> = {
  json: (error, request) => ({
    statusCode: error.statusCode,
    headers: {
      'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.1',
      'x-amzn-errortype': error.code,
    },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.details }),
  }),
  'rest-json': (error) => ({
    statusCode: error.statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
    body: JSON.stringify({ message: error.message, ...error.details }),
  }),
  query: (error) => ({
    statusCode: error.statusCode,
    headers: { 'content-type': 'text/xml' },
    body: xmlDocument('ErrorResponse', {
      Error: { Type: error.statusCode < 500 ? 'Sender' : 'Receiver', Code: error.code, Message: error.message },
      RequestId: randomUUID(),
    }),
  }),
  s3: (error, request) => ({
    statusCode: error.statusCode,
    headers: { 'content-type': 'application/xml' },
    // An answer to HEAD has no body: the client knows the error by its status alone, as with the real service.
    body:
      request.method === 'HEAD'
        ? ''
        : xmlDocument('Error', { Code: error.code, Message: error.message, RequestId: randomUUID() }),
  }),
};

/** Writes an error as the service would. What is no {@link AwsError} is a fault of the sandbox: InternalFailure, 500. */
export function encodeError(error: unknown, protocol: Service['protocol'], request: ServiceRequest): ServiceResponse {
  const known = error instanceof AwsError ? error : new AwsError('InternalFailure', describe(error), 500);
  return ENCODERS[protocol](known, request);
}

function describe(error: unknown): string {
  return `The sandbox failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
