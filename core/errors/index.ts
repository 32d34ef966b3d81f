export { describe } from './describe';
export type { ErrorCode } from './error-payloads';
export {
  type ErrorLocation,
  errorFromData,
  hasCode,
  isPassing,
  MigrationError,
  withDetails,
} from './migration-error';
export { aggregateErrors, flattenErrors, formatLocation, renderError } from './render';
