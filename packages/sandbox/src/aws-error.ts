/** An error as an AWS service answers it: services throw it, the gateway translates it to the service's wire format. */
export class AwsError extends Error {
  constructor(
    /** The error code, for example `ResourceNotFoundException`. */
    readonly code: string,
    message: string,
    readonly statusCode = 400,
    /** Further members of the error document, for example `CancellationReasons`. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}
