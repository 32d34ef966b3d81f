import { type ErrorLocation, MigrationError } from '../../../core/errors/index';
import type { PermissionName } from '../../sql/permissions';
import type { Hazard } from './hazard';
import { hazardRules } from './rules';

/** Whether a hazard keeps a bundle from being built. */
export function isError({ rule }: Hazard): boolean {
  return hazardRules[rule].severity === 'error';
}

/** The permission that silences a hazard. */
export function permissionFor(hazard: Hazard): PermissionName {
  return isError(hazard) ? 'allow-unsafe' : 'allow-slow';
}

export function hazardError(hazard: Hazard, location: ErrorLocation): MigrationError {
  const { rule, what, hint, rewrite } = hazard;
  const { severity } = hazardRules[rule];
  const message = `${what} [${rule}].`;
  const payload = { rule, severity, rewrite };
  return isError(hazard)
    ? new MigrationError('UNSAFE_STATEMENT', message, {
        payload,
        hint: `${hint} Has the table surely no row? Write -- allow-unsafe: <reason> above it.`,
        location,
      })
    : new MigrationError('SLOW_STATEMENT', message, {
        payload,
        hint: `${hint} Is the table small? Write -- allow-slow: <reason> above it.`,
        location,
      });
}
