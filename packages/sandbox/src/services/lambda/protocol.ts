/** Messages between the Lambda service and the process of an execution environment, over the IPC channel. */

export interface InvokeMessage {
  readonly kind: 'invoke';
  readonly requestId: string;
  readonly payload: string;
  /** Milliseconds since the epoch at which the platform ends the invocation. */
  readonly deadline: number;
  readonly functionArn: string;
}

export type ProcessMessage =
  /** The handler is loaded: the next invocation's time counts from here. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionErrorDocument }
  /** A connection of the process, by its local port: tells whose unsigned requests these are. */
  | { readonly kind: 'connected'; readonly port: number }
  | { readonly kind: 'disconnected'; readonly port: number };

/** The payload of an invocation that ended in an error, as Lambda writes it. */
export interface FunctionErrorDocument {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}
