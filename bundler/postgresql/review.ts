import { type ObjectChange, unsafeChange, unsafeChanges } from '../../core/bundle/safety';
import { migrationId } from '../../core/bundle/version';
import { MigrationError } from '../../core/errors/index';
import type { Draft } from '../draft';
import type { ReportError, Warn } from '../report';
import type { ReviewedTarget } from '../sql/dialect';
import type { ParsedSection, ParsedSections } from '../sql/parsed-section';
import {
  howToDestroy,
  isPermitted,
  type Permission,
  type PermittedStatement,
  reviewPermissions,
} from '../sql/permissions';
import { changesOf } from './changes';
import { usedTooEarly } from './enum-use';
import { findHazards } from './hazards/find';
import { hazardError, isError, permissionFor } from './hazards/report';
import { utcAfter } from './hazards/time-zone';
import { TransactionLocks } from './hazards/transaction';
import { Known } from './known';
import { Made } from './made';
import { newerSyntax } from './newer-syntax';
import type { ParsedStatement } from './parser';

type PostgresDraft = Omit<Draft, 'sections'> & { readonly sections?: ParsedSections<ParsedStatement> };
type Section = ParsedSection<ParsedStatement>;
type Statement = PermittedStatement<ParsedStatement>;

/** What the review of one migration needs besides its sections. */
interface Review {
  readonly known: Known;
  /** The permissions that something needed. */
  readonly used: Set<Permission>;
  readonly report: ReportError;
  readonly warn: Warn;
}

/**
 * What can be judged only with what was before: changes of types, hazards, and permissions that nothing needs.
 * @param drafts of one target, in the order in which they are applied
 */
export function reviewSql(
  drafts: readonly Draft[],
  { engineVersion = '' }: ReviewedTarget,
  report: ReportError,
  warn: Warn,
): void {
  const postgresVersion = Number.parseInt(engineVersion, 10) || undefined;
  const known = new Known();
  // This dialect read them, and each of its statements has a tree.
  for (const draft of drafts as readonly PostgresDraft[]) {
    // What code does is not seen.
    if (/\balter\b/i.test(draft.code ?? '')) known.forget();
    if (!draft.sections) continue;
    const review: Review = { known, used: new Set<Permission>(), report, warn };
    const made = reviewUp(draft, review);
    const down = draft.sections.get('down');
    // It runs instead of what follows, so nothing that it does is known to later migrations.
    if (down) reviewHazards(down, made, review);
    const contract = draft.sections.get('contract');
    if (contract) reviewPhase(contract, review);
    for (const [name, section] of draft.sections) {
      reviewPermissions(name, section.statements, review.used, report);
      if (postgresVersion !== undefined) reviewSyntax(section, postgresVersion, warn);
    }
  }
}

/** @returns what the section made */
function reviewUp(draft: PostgresDraft, review: Review): Made {
  const up = draft.sections?.get('up');
  if (!up) return new Made();
  const { known, used, report } = review;
  // A verification runs in the transaction of the section.
  const verify = draft.sections?.get('verify')?.statements ?? [];
  const { statementOf, made } = reviewPhase(up, review);
  if (up.transaction) usedTooEarly([...up.statements, ...verify], known.columns).forEach(report);
  const id = migrationId(draft.file.target, draft.file.version);
  for (const change of unsafeChanges([...statementOf.keys()])) {
    const name = change.change === 'extend' ? 'allow-irreversible' : 'allow-destructive';
    if (isPermitted(statementOf.get(change)!, name, used)) continue;
    if (change.change === 'extend' && draft.irreversible) continue;
    report(unsafeChange(id, change, hints[name]));
  }
  return made;
}

const hints = {
  'allow-destructive': howToDestroy,
  'allow-irreversible':
    'Write on the line above the statement why it may stay when the deployment is rolled back: -- allow-irreversible: <reason>',
} as const;

/** Reports hazards, and follows what the statements do. Returns their changes, in order, each with its statement. */
function reviewPhase(section: Section, review: Review) {
  const statementOf = new Map<ObjectChange, Statement>();
  const made = new Made();
  reviewHazards(section, made, review, (statement, changes) => {
    for (const change of changes) statementOf.set(change, statement);
    review.known.apply(statement.node);
  });
  return { statementOf, made };
}

/**
 * @param made what the same migration has made before; it gets what the section makes
 * @param after called after each statement
 */
function reviewHazards(
  { statements, transaction }: Section,
  made: Made,
  { known, used, report, warn }: Review,
  after: (statement: Statement, changes: readonly ObjectChange[]) => void = () => undefined,
): void {
  const locks = new TransactionLocks();
  let isUtc = false;
  for (const statement of statements) {
    const changes = changesOf(statement, known.columns);
    made.add(statement.node, changes);
    const context = { statement, known, isUtc, isNew: (name: string | undefined) => made.has(name) };
    const hazards = [...findHazards(context), ...(transaction ? locks.next(context) : [])];
    for (const hazard of hazards) {
      if (isPermitted(statement, permissionFor(hazard), used)) continue;
      const take = isError(hazard) ? report : warn;
      take(hazardError(hazard, statement.location));
    }
    if (transaction) isUtc = utcAfter(statement.node) ?? isUtc;
    after(statement, changes);
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
