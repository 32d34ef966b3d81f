/** The local AWS answers all services on one HTTP endpoint; the gateway finds the service by the request's signature. */
export interface Service {
  /** SigV4 signing names it answers to, for example `['ssm']`. */
  readonly signingNames: readonly string[];
  /** How errors are written: JSON with `__type`, REST-JSON with `x-amzn-errortype`, the query API's or S3's XML. */
  readonly protocol: 'json' | 'rest-json' | 'query' | 's3';
  /** What the caller needs permission for; null when the service asks for none. */
  permission(request: ServiceRequest): Permission | readonly Permission[] | null;
  /** The policy that the resource itself has, as a document; asked beside the caller's own policies. */
  resourcePolicy?(permission: Permission): unknown;
  /** Throws {@link AwsError} for errors that the service answers. */
  handle(request: ServiceRequest): Promise<ServiceResponse>;
  close?(): Promise<void>;
}

export interface Permission {
  /** For example `dynamodb:PutItem`. */
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** Condition keys that only the request tells, in lower case, such as `dynamodb:leadingkeys`. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
}

export interface ServiceRequest {
  readonly method: string;
  /** Decoded path, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Last part of `x-amz-target`, or the query API's `Action`; empty for REST services. */
  readonly operation: string;
  /** Who signed the request; undefined for unsigned ones (response URLs). */
  readonly accessKeyId: string | undefined;
}

export interface ServiceResponse {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Where this AWS is and who owns it: the fixed facts that ARNs are made of. */
export interface Environment {
  readonly region: string;
  readonly account: string;
  readonly partition: 'aws';
}
