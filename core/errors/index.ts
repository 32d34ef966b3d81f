export { describe, type MessageParts } from './describe';
export type { ErrorCode, ErrorPayloads } from './error-payloads';
export {
  type ErrorDetails,
  type ErrorLocation,
  type ErrorOf,
  errorFromData,
  hasCode,
  isPassing,
  MigrationError,
  withDetails,
} from './migration-error';
export { aggregateErrors, flattenErrors, formatLocation, renderError, type SourceOf } from './render';
