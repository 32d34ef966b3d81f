import { describe, type ErrorLocation, MigrationError } from '../../core/errors/index';
import { didYouMean } from '../../core/errors/near-names';
import type { ReportError } from '../report';
import type { SourceText } from '../source-text';
import type { SectionName } from './layout';
import type { SqlComment, SqlStatement } from './statement';

const permissionNames = [
  'allow-destructive',
  'allow-irreversible',
  'allow-slow',
  'allow-unsafe',
  'allow-hazard',
] as const;

/** Allows one statement something that is otherwise refused, or a warning to be silent about it. */
export type PermissionName = (typeof permissionNames)[number];

export interface Permission {
  readonly name: PermissionName;
  readonly location: Required<ErrorLocation>;
}

/** A statement and the permissions above it. */
export type PermittedStatement<S extends SqlStatement = SqlStatement> = S & {
  readonly permissions: readonly Permission[];
};

/** A line that is a permission, or means to be one. */
const pattern = /^--\s*((?:allow|destructive)[-_]\w[\w-]*)\s*:\s*(.*?)\s*$/i;

/** Whether a text has permissions, before its comments are searched for. */
export function mayHavePermissions(text: string): boolean {
  return /--\s*(allow|destructive)[-_]/i.test(text);
}

/**
 * Gives each statement the permissions above it. Reports those that are no permissions, that give no reason, and that are
 * above no statement: a permission that is not read is found too late.
 */
export function attachPermissions(
  statements: readonly SqlStatement[],
  comments: readonly SqlComment[],
  source: SourceText,
  report: ReportError,
): readonly PermittedStatement[] {
  const permissionsOf = new Map<SqlStatement, Permission[]>();
  for (const { text, index } of comments) {
    const permission = readPermission(text, source.locate(index), report);
    if (permission === undefined) continue;
    const next = statements.find(({ end }) => end > index);
    const startsLine = /(^|\n)[^\S\n]*$/.test(source.text.slice(0, index));
    if (next === undefined || next.start < index || !startsLine) report(misplaced(permission));
    else permissionsOf.set(next, [...(permissionsOf.get(next) ?? []), permission]);
  }
  return statements.map((statement) => ({ ...statement, permissions: permissionsOf.get(statement) ?? [] }));
}

/** A permission above the first section, which would be one for the whole file. */
export function refuseInHead(text: string, location: Required<ErrorLocation>, report: ReportError): void {
  const permission = pattern.test(text.trim()) ? readPermission(text.trim(), location, report) : undefined;
  if (permission) report(misplaced(permission));
}

/** @param what what the permission is above, and would have to need it */
export function unusedPermission(name: string, what: string, location: ErrorLocation): MigrationError {
  return new MigrationError('UNUSED_PERMISSION', `${name} applies to nothing: ${what} does not need it here.`, {
    payload: { permission: name },
    hint: 'Remove it, so that it does not allow something later on.',
    location,
  });
}

/** What to do about a statement that loses data before the commit. */
export const howToDestroy =
  'Move it to the contract phase, or write on the line above the statement why it may happen: -- allow-destructive: <reason>';

/** Whether a permission is above a statement. It counts as used from then on. */
export function isPermitted({ permissions }: PermittedStatement, name: PermissionName, used: Set<Permission>): boolean {
  const permission = permissions.find((candidate) => candidate.name === name);
  if (permission) used.add(permission);
  return permission !== undefined;
}

/** Reports the permissions of a section that nothing needed. */
export function reviewPermissions(
  section: SectionName,
  statements: readonly PermittedStatement[],
  used: ReadonlySet<Permission>,
  report: ReportError,
): void {
  for (const permission of statements.flatMap(({ permissions }) => permissions)) {
    if (used.has(permission)) continue;
    report(unusedPermission(permission.name, `this statement of section ${section}`, permission.location));
  }
}

function readPermission(text: string, location: Required<ErrorLocation>, report: ReportError): Permission | undefined {
  const [, key = '', reason = ''] = pattern.exec(text) ?? [];
  if (key === '') return undefined;
  const name = permissionNames.find((known) => known === key);
  if (name === undefined) {
    report(
      new MigrationError(
        'INVALID_PERMISSION',
        describe({ what: 'Unknown permission', seen: key, allowed: permissionNames }),
        {
          hint: didYouMean(key.toLowerCase().replaceAll('_', '-'), permissionNames) ?? 'Reword the comment.',
          location,
        },
      ),
    );
  } else if (!/[a-z]/i.test(reason) || /^(true|yes)$/i.test(reason)) {
    const hint = `For example -- ${name}: ${examples[name]}`;
    const message = describe({ what: `${name} must give a reason in words, got`, seen: reason });
    report(new MigrationError('INVALID_PERMISSION', message, { hint, location }));
  } else {
    return { name, location };
  }
  return undefined;
}

function misplaced({ name, location }: Permission): MigrationError {
  return new MigrationError('UNUSED_PERMISSION', `${name} applies to nothing: it is not above a statement.`, {
    payload: { permission: name },
    hint: 'A permission is for one statement: write it on a line of its own directly above that statement.',
    location,
  });
}

const examples: Readonly<Record<PermissionName, string>> = {
  'allow-destructive': 'nothing reads this column since 2.3.0',
  'allow-irreversible': 'the old release ignores the new value',
  'allow-slow': 'the table has a hundred rows',
  'allow-unsafe': 'the table is empty until release 3',
  'allow-hazard': 'every release writes the column since 2.3.0',
};
