/** What the CloudFormation engine needs to know of a resource type. One file per known type in ../resources. */
export interface ResourceType {
  create(request: CreateRequest): Promise<ResourceResult>;
  /**
   * Updates in place, or creates a replacement when the change needs one: a result with another physical id is a
   * replacement, and the engine deletes the old one in cleanup, as CloudFormation does.
   */
  update(request: UpdateRequest): Promise<ResourceResult>;
  /** Deleting what is already gone succeeds. */
  delete(request: DeleteRequest): Promise<void>;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Properties = { readonly [key: string]: Json };

export interface StackReference {
  readonly id: string;
  readonly name: string;
}

interface Request {
  readonly stack: StackReference;
  readonly logicalId: string;
  readonly type: string;
  /** With all intrinsic functions resolved. */
  readonly properties: Properties;
  /** Aborted when a sibling's failure cancels this operation. Most types finish anyway, as AWS does. */
  readonly signal: AbortSignal;
  /** Reports the physical id as soon as it is known, so that a failed create can be deleted. */
  readonly issued: (physicalId: string) => void;
  /** Names this request; attempts of one delete may share it. */
  readonly requestId?: string;
}

export type CreateRequest = Request;

export interface UpdateRequest extends Request {
  readonly physicalId: string;
  readonly oldProperties: Properties;
  readonly attributes: Properties;
  /** Undoes an update; nothing in the request of a custom resource tells it. */
  readonly isRollback?: boolean;
}

export interface DeleteRequest extends Request {
  readonly physicalId: string;
  readonly attributes: Properties;
  /** DeletionPolicy or UpdateReplacePolicy is Snapshot: save the data first, where the type can. */
  readonly snapshot?: boolean;
}

export interface ResourceResult {
  /** What `Ref` returns, unless `ref` says otherwise. */
  readonly physicalId: string;
  readonly ref?: string;
  /** What `Fn::GetAtt` returns, by attribute name (dots allowed). */
  readonly attributes?: Properties;
  /** The attributes are masked wherever CloudFormation shows them. */
  readonly noEcho?: boolean;
  /** What the handler has to say of its success, for the event. */
  readonly reason?: string;
}

/** A failure that says which physical resource it left behind, so that the engine can delete it. */
export class ResourceFailure extends Error {
  constructor(
    message: string,
    readonly physicalId?: string,
  ) {
    super(message);
    this.name = 'ResourceFailure';
  }
}

/** A request that was refused before it reached the resource: nothing is left behind. */
export class ResourceRefusal extends ResourceFailure {}

/** Finds the implementation of a type. Types it does not know get an inert one; the engine warns once for each. */
export interface ResourceTypes {
  find(type: string): ResourceType;
  isKnown(type: string): boolean;
}

/** How the engine reaches custom resources: response URLs and asynchronous invocation, both real HTTP in the sandbox. */
export interface CustomResourceTransport {
  /** Makes a pre-signed URL and resolves `answer` with the body PUT to it. `close` ends its life. */
  openResponse(): { readonly url: string; readonly answer: Promise<string>; close(): void };
  /** Queues the event for the function, as a Lambda `Event` invocation; resolves when the function service accepted it. */
  invoke(serviceToken: string, event: unknown): Promise<void>;
}
