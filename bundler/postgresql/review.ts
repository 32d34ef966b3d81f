import { type ObjectChange, unsafeChange, unsafeChanges } from '../../core/bundle/safety';
import { migrationId } from '../../core/bundle/version';
import { MigrationError } from '../../core/errors/index';
import type { Draft } from '../draft';
import type { ReportError, Warn } from '../report';
import type { ReviewedTarget } from '../sql/dialect';
import type { SectionName } from '../sql/layout';
import type { ParsedSection, ParsedSections } from '../sql/parsed-section';
import { type Permission, type PermissionName, type PermittedStatement, unusedPermission } from '../sql/permissions';
import { changesOf } from './changes';
import { KnownColumns } from './columns';
import { usedTooEarly } from './enum-use';
import { newerSyntax } from './newer-syntax';
import type { ParsedStatement } from './parser';
import { slowParts } from './slow';

type PostgresDraft = Omit<Draft, 'sections'> & { readonly sections?: ParsedSections<ParsedStatement> };
type Section = ParsedSection<ParsedStatement>;
type Statement = PermittedStatement<ParsedStatement>;

/**
 * What can be judged only with what was before: changes of types, and permissions that nothing needs.
 * @param drafts of one target, in the order in which they are applied
 */
export function reviewSql(
  drafts: readonly Draft[],
  { engineVersion = '' }: ReviewedTarget,
  report: ReportError,
  warn: Warn,
): void {
  const postgresVersion = Number.parseInt(engineVersion, 10) || undefined;
  const columns = new KnownColumns();
  // This dialect read them, and each of its statements has a tree.
  for (const draft of drafts as readonly PostgresDraft[]) {
    // What code does is not seen.
    if (/\balter\b/i.test(draft.code ?? '')) columns.forget();
    if (!draft.sections) continue;
    const used = new Set<Permission>();
    reviewUp(draft, columns, used, report, warn);
    const contract = draft.sections.get('contract');
    if (contract) reviewPhase(contract, columns, used, warn);
    for (const [name, section] of draft.sections) {
      reviewSection(name, section, used, report);
      if (postgresVersion !== undefined) reviewSyntax(section, postgresVersion, warn);
    }
  }
}

function reviewUp(
  draft: PostgresDraft,
  columns: KnownColumns,
  used: Set<Permission>,
  report: ReportError,
  warn: Warn,
): void {
  const up = draft.sections?.get('up');
  if (!up) return;
  // A verification runs in the transaction of the section.
  const verify = draft.sections?.get('verify')?.statements ?? [];
  const statementOf = reviewPhase(up, columns, used, warn);
  if (up.transaction) usedTooEarly([...up.statements, ...verify], columns).forEach(report);
  const id = migrationId(draft.file.target, draft.file.version);
  for (const change of unsafeChanges([...statementOf.keys()])) {
    const name = change.change === 'extend' ? 'allow-irreversible' : 'allow-destructive';
    if (isPermitted(statementOf.get(change)!, name, used)) continue;
    if (change.change === 'extend' && draft.irreversible) continue;
    report(unsafeChange(id, change, hints[name]));
  }
}

const hints = {
  'allow-destructive':
    'Move it to the contract phase, or write on the line above the statement why it may happen: -- allow-destructive: <reason>',
  'allow-irreversible':
    'Write on the line above the statement why it may stay when the deployment is rolled back: -- allow-irreversible: <reason>',
} as const;

/** Warns of slow statements. Returns the changes of all statements, in order, each with its statement. */
function reviewPhase(
  { statements }: Section,
  columns: KnownColumns,
  used: Set<Permission>,
  warn: Warn,
): ReadonlyMap<ObjectChange, Statement> {
  const statementOf = new Map<ObjectChange, Statement>();
  const made = new Set<string>();
  for (const statement of statements) {
    const changes = changesOf(statement, columns);
    for (const change of changes) {
      statementOf.set(change, statement);
      if (change.change === 'create' && change.object === 'table' && !change.uncertain) made.add(change.name);
      if (change.newName !== undefined && made.has(change.name)) made.add(change.newName);
    }
    warnOfSlow(statement, columns, made, used, warn);
    columns.apply(statement.node);
  }
  return statementOf;
}

function warnOfSlow(
  statement: Statement,
  columns: KnownColumns,
  made: ReadonlySet<string>,
  used: Set<Permission>,
  warn: Warn,
): void {
  const slow = slowParts(statement.node, columns, (table) => table !== undefined && made.has(table));
  if (slow.length === 0 || isPermitted(statement, 'allow-slow', used)) return;
  for (const { rule, what, hint } of slow) {
    const details = { payload: { rule }, hint: `${hint} Is the table small? Write -- allow-slow: <reason> above it.` };
    warn(new MigrationError('SLOW_STATEMENT', `${what} [${rule}].`, { ...details, location: statement.location }));
  }
}

function isPermitted({ permissions }: Statement, name: PermissionName, used: Set<Permission>): boolean {
  const permission = permissions.find((candidate) => candidate.name === name);
  if (permission) used.add(permission);
  return permission !== undefined;
}

function reviewSection(
  name: SectionName,
  { statements }: Section,
  used: ReadonlySet<Permission>,
  report: ReportError,
): void {
  for (const { permissions } of statements) {
    for (const permission of permissions) {
      if (used.has(permission)) continue;
      report(unusedPermission(permission.name, `this statement of section ${name}`, permission.location));
    }
  }
}

function reviewSyntax({ statements }: Section, version: number, warn: Warn): void {
  for (const { node, location } of statements) {
    for (const { what, since } of newerSyntax(node)) {
      if (since <= version) continue;
      const message = `PostgreSQL has ${what} since version ${since}; the cluster has version ${version}.`;
      const details = {
        payload: { since, version: String(version) },
        hint: 'Upgrade the cluster first, or write it in the older syntax.',
      };
      warn(new MigrationError('NEWER_SYNTAX', message, { ...details, location }));
    }
  }
}
