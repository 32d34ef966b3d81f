import type { IncomingMessage } from 'node:http';
import type { ServiceRequest } from '../service';
import { decodeChunked } from './aws-chunked';

export interface DecodedRequest {
  /** The signing name in the credential scope; `s3` for unsigned requests, which only S3 takes (pre-signed URLs). */
  readonly signingName: string;
  readonly request: ServiceRequest;
}

/** Finds service, caller and operation without checking the signature: this AWS trusts its own machine. */
export function decode(message: IncomingMessage, body: Buffer): DecodedRequest {
  const url = new URL(message.url ?? '/', 'http://sandbox');
  const headers = flatten(message.headers);
  const scope = credentialScope(headers['authorization'] ?? '', url.searchParams);
  const decodedBody = decodeChunked(headers, body);
  return {
    signingName: scope?.signingName ?? 's3',
    request: {
      method: message.method ?? 'GET',
      path: decodePath(url.pathname),
      query: url.searchParams,
      headers,
      body: decodedBody,
      operation: operationOf(headers, url.searchParams, decodedBody),
      accessKeyId: scope?.accessKeyId,
    },
  };
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );
}

/** `Credential=<key>/<date>/<region>/<service>/aws4_request`, in the header or, when pre-signed, in the query. */
function credentialScope(authorization: string, query: URLSearchParams) {
  const credential = /Credential=([^,\s]+)/.exec(authorization)?.[1] ?? query.get('X-Amz-Credential') ?? undefined;
  const parts = credential?.split('/') ?? [];
  const [accessKeyId, signingName] = [parts[0], parts.at(-2)];
  return accessKeyId && signingName && parts.length >= 5 ? { accessKeyId, signingName } : undefined;
}

function operationOf(headers: Record<string, string>, query: URLSearchParams, body: Buffer): string {
  const target = headers['x-amz-target'];
  if (target) return target.slice(target.lastIndexOf('.') + 1);
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return new URLSearchParams(body.toString('utf8')).get('Action') ?? '';
  }
  return query.get('Action') ?? '';
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
