import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import type { Socket } from 'node:net';
import type { ProcessMessage } from '../protocol';

type Request = typeof https.request;
type ResponseListener = (response: http.IncomingMessage) => void;

/** Tells the host which local ports are ours: an unsigned request (an answer to CloudFormation) names no caller. */
export function reportConnections(send: (message: ProcessMessage) => void): void {
  subscribe('net.client.socket', (event) => {
    const { socket } = event as { readonly socket: Socket };
    socket.once('connect', () => {
      const port = socket.localPort;
      if (port === undefined) return;
      send({ kind: 'connected', port });
      socket.once('close', () => send({ kind: 'disconnected', port }));
    });
  });
}

/**
 * Pre-signed URLs are https in AWS, and code that answers CloudFormation (the CDK's own handlers among it) calls
 * `https.request` with host name and path only. The sandbox has no certificate and an odd port: the network inside an
 * execution environment therefore leads https to the gateway's address there by plain HTTP.
 */
export function joinNetwork(endpoint: string): void {
  if (!URL.canParse(endpoint)) return;
  const gateway = new URL(endpoint);
  const original = https.request as (...args: unknown[]) => http.ClientRequest;
  const request = (...args: unknown[]): http.ClientRequest => {
    const target = targetOf(args);
    if (target.hostname !== gateway.hostname) return original(...args);
    const callback = args.find((argument) => typeof argument === 'function') as ResponseListener | undefined;
    const options = { ...target, protocol: 'http:', port: gateway.port, agent: undefined };
    return http.request(options, callback);
  };
  https.request = request as Request;
  https.get = ((...args: unknown[]) => request(...args).end()) as unknown as typeof https.get;
  syncBuiltinESMExports();
}

/** The three ways to call `https.request`: (url, options?, callback?), (URL, ...), (options, callback?). */
function targetOf(args: readonly unknown[]): http.RequestOptions {
  const options = args.find((argument) => typeof argument === 'object' && !(argument instanceof URL)) as
    | https.RequestOptions
    | undefined;
  const first = args[0];
  if (typeof first !== 'string' && !(first instanceof URL)) {
    return { ...options, hostname: options?.hostname ?? options?.host ?? undefined };
  }
  const url = new URL(first);
  return { hostname: url.hostname, path: `${url.pathname}${url.search}`, ...options };
}
