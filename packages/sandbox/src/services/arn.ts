import type { Environment } from './service';

export interface ParsedArn {
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** All after the fifth colon. */
  readonly resource: string;
}

export function arn(environment: Environment, service: string, resource: string): string {
  return `arn:${environment.partition}:${service}:${environment.region}:${environment.account}:${resource}`;
}

/** For services whose ARNs carry no region, such as IAM and STS. */
export function globalArn(environment: Environment, service: string, resource: string): string {
  return `arn:${environment.partition}:${service}::${environment.account}:${resource}`;
}

export function parseArn(text: string): ParsedArn | undefined {
  const [prefix, , service, region, account, ...rest] = text.split(':');
  if (prefix !== 'arn' || service === undefined || rest.length === 0) return undefined;
  return { service, region: region ?? '', account: account ?? '', resource: rest.join(':') };
}
