import type { Action, CodeLines, MigrationId, MigrationKind, Phase, Statement } from '../core/bundle/bundle';
import type { DataPlace } from '../core/bundle/data-action';
import type { PhaseName } from '../core/bundle/phases';
import { isVersion, migrationId } from '../core/bundle/version';
import { describe, type ErrorLocation, MigrationError } from '../core/errors/index';
import type { MigrationFile } from './folder';
import type { ReportError } from './report';
import type { ParsedSections } from './sql/parsed-section';

/** A migration as its file describes it, before the graph is checked. */
export interface Draft {
  readonly file: MigrationFile;
  readonly kind: MigrationKind;
  readonly dependsOn: readonly Dependency[];
  readonly irreversible: boolean;
  readonly phases: readonly Phase[];
  readonly code?: string;
  readonly codeLines?: CodeLines;
  /** Of the text of the seed file that it reads. */
  readonly seedChecksum?: string;
  /** The tables whose items a data migration reads or writes, which may be those of other targets. */
  readonly tables?: readonly UsedTable[];
  /** The parsed sections of a SQL file, for what can be judged only together with the files before it. */
  readonly sections?: ParsedSections;
}

export interface UsedTable extends DataPlace {
  readonly location: ErrorLocation;
}

export interface Dependency {
  readonly id: MigrationId;
  readonly location: ErrorLocation;
}

/** Phases in the order in which a deployment runs them, then `down`; those without actions are left out. */
export function phaseList(actions: Readonly<Partial<Record<PhaseName, readonly Action[]>>>): readonly Phase[] {
  const order = ['up', 'backfill', 'verify', 'sweep', 'contract', 'down'] as const;
  return order.flatMap((name) => (actions[name]?.length ? [{ name, actions: actions[name] }] : []));
}

/** Verification as an action; none without statements. */
export function verification(statements: readonly Statement[]): readonly Action[] {
  return statements.length === 0 ? [] : [{ type: 'verify', statements }];
}

/** Reads `1.0.0` (of the file's own target) or `other-target/1.0.0`. Reports `INVALID_DEPENDENCY`. */
export function parseDependency(
  text: string,
  target: string,
  location: ErrorLocation,
  report: ReportError,
): Dependency[] {
  const parts = /^(?:([a-z][a-z0-9-]*)\/)?([^/]+)$/.exec(text);
  if (parts && isVersion(parts[2]!)) return [{ id: migrationId(parts[1] ?? target, parts[2]!), location }];
  const allowed = 'a version such as 1.0.0, or another target with a version such as users/1.0.0';
  report(
    new MigrationError('INVALID_DEPENDENCY', describe({ what: 'Invalid dependency', seen: text, allowed }), {
      payload: { dependency: text },
      hint: 'Write the version of the migration that must be applied before, without its name.',
      location,
    }),
  );
  return [];
}

/** Drops duplicates, and reports them. */
export function distinctDependencies(dependencies: readonly Dependency[], report: ReportError): readonly Dependency[] {
  const seen = new Set<MigrationId>();
  return dependencies.filter(({ id, location }) => {
    if (!seen.has(id)) return seen.add(id);
    const details = { payload: { dependency: id }, hint: 'Remove one of the two.', location };
    report(new MigrationError('INVALID_DEPENDENCY', describe({ what: 'Duplicate dependency', seen: id }), details));
    return false;
  });
}

/** Reports a name written inside the file that differs from the one in the file's name. */
export function checkName(written: string, file: MigrationFile, location: ErrorLocation, report: ReportError): void {
  if (written.replace(/[\s_]+/g, ' ').toLowerCase() === file.name) return;
  report(
    new MigrationError(
      'HEADER_MISMATCH',
      describe({ what: 'The name differs from the name of the file:', seen: written, allowed: file.name }),
      { hint: 'Correct the one that is wrong.', location },
    ),
  );
}
