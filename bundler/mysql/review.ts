import { type ObjectChange, unsafeChange, unsafeChanges } from '../../core/bundle/safety';
import { migrationId } from '../../core/bundle/version';
import { MigrationError } from '../../core/errors/index';
import type { Draft } from '../draft';
import type { ReportError, Warn } from '../report';
import type { ParsedSection, ParsedSections } from '../sql/parsed-section';
import {
  howToDestroy,
  isPermitted,
  type Permission,
  type PermissionName,
  type PermittedStatement,
  reviewPermissions,
} from '../sql/permissions';
import { changesOf } from './changes';
import type { Hazard } from './hazard';
import { hazardsOf } from './hazards';
import { KnownTables } from './known-tables';
import type { ReadStatement } from './read-statement';

type MysqlDraft = Omit<Draft, 'sections'> & { readonly sections?: ParsedSections<ReadStatement> };
type Section = ParsedSection<ReadStatement>;
type Permitted = PermittedStatement<ReadStatement>;

/**
 * What can be judged only with what was before: what loses data, what is slow, and permissions that nothing needs.
 * @param drafts of one target, in the order in which they are applied
 */
export function reviewSql(drafts: readonly Draft[], report: ReportError, warn: Warn): void {
  const tables = new KnownTables();
  // This dialect read them.
  for (const draft of drafts as readonly MysqlDraft[]) {
    // What code does is not seen.
    if (/\balter\b/i.test(draft.code ?? '')) tables.forget();
    if (!draft.sections) continue;
    const used = new Set<Permission>();
    const { up, down, contract } = Object.fromEntries(draft.sections);
    const made = new Set<string>();
    const follow = ({ content }: Permitted) => tables.apply(content);
    if (up) reviewUp(draft, reviewPhase(up, tables, made, used, warn, follow), used, report);
    // It runs instead of what follows, so nothing that it does is known to later migrations.
    if (down) reviewPhase(down, tables, made, used, warn);
    if (contract) reviewPhase(contract, tables, new Set(), used, warn, follow);
    for (const [name, { statements }] of draft.sections) reviewPermissions(name, statements, used, report);
  }
}

function reviewUp(
  draft: MysqlDraft,
  statementOf: ReadonlyMap<ObjectChange, Permitted>,
  used: Set<Permission>,
  report: ReportError,
): void {
  const id = migrationId(draft.file.target, draft.file.version);
  for (const change of unsafeChanges([...statementOf.keys()])) {
    if (!isPermitted(statementOf.get(change)!, 'allow-destructive', used))
      report(unsafeChange(id, change, howToDestroy));
  }
}

/**
 * Warns of hazards. Returns the changes of all statements, in order, each with its statement.
 * @param made the tables that the same migration has made before; it gets those that the section makes
 * @param after called after each statement
 */
function reviewPhase(
  { statements }: Section,
  tables: KnownTables,
  made: Set<string>,
  used: Set<Permission>,
  warn: Warn,
  after: (statement: Permitted) => void = () => undefined,
): ReadonlyMap<ObjectChange, Permitted> {
  const statementOf = new Map<ObjectChange, Permitted>();
  for (const statement of statements) {
    for (const change of changesOf(statement.content, tables)) {
      statementOf.set({ ...change, location: statement.location }, statement);
      if (change.change === 'create' && change.object === 'table' && !change.uncertain) made.add(change.name);
      if (change.newName !== undefined && made.has(change.name)) made.add(change.newName);
    }
    const hazards = hazardsOf(statement.content, tables, (table) => made.has(table));
    for (const hazard of hazards) warnOf(hazard, statement, used, warn);
    after(statement);
  }
  return statementOf;
}

const permissionFor = {
  SLOW_STATEMENT: 'allow-slow',
  HAZARDOUS_STATEMENT: 'allow-hazard',
} as const satisfies Readonly<Record<Hazard['code'], PermissionName>>;

function warnOf({ code, rule, what, hint }: Hazard, statement: Permitted, used: Set<Permission>, warn: Warn): void {
  const permission = permissionFor[code];
  if (isPermitted(statement, permission, used)) return;
  const question = code === 'SLOW_STATEMENT' ? 'Is the table small?' : 'Is it meant?';
  const details = {
    payload: { rule },
    hint: `${hint} ${question} Write -- ${permission}: <reason> above it.`,
    location: statement.location,
  };
  const message = `${what} [${rule}].`;
  warn(
    code === 'SLOW_STATEMENT'
      ? new MigrationError('SLOW_STATEMENT', message, details)
      : new MigrationError('HAZARDOUS_STATEMENT', message, details),
  );
}
