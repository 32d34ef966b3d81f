import type { Bundle } from '../core/bundle/bundle';
import { isVersion, upTo } from '../core/bundle/version';
import { splitDependencies } from '../core/protocol/baseline';
import { isPattern } from '../core/schema/ignore';
import type { TargetProperties } from '../core/wire';
import type { TargetBinding } from './target-binding';
import { inTarget } from './target-errors';

type Targets = ReadonlyMap<string, Pick<TargetBinding, 'baseline' | 'ignore'>>;

/** What is wrong with the baselines, as far as known without the migrations. */
export function baselineErrors(baseline: string | undefined, targets: Targets): string[] {
  return [
    ...versionErrors(baseline),
    ...[...targets].flatMap(([name, { baseline: own, ignore }]) =>
      [...versionErrors(own), ...ignoreErrors(ignore)].map((error) => inTarget(name, error)),
    ),
  ];
}

/** @param shared the baseline of the construct */
export function withBaseline(
  properties: TargetProperties,
  { baseline, ignore = [] }: Pick<TargetBinding, 'baseline' | 'ignore'>,
  shared: string | undefined,
): TargetProperties {
  const version = baseline ?? shared;
  return {
    ...properties,
    ...(version !== undefined && { Baseline: version }),
    ...(ignore.length > 0 && { Ignore: ignore }),
  };
}

function versionErrors(baseline: string | undefined): string[] {
  if (baseline === undefined || isVersion(baseline)) return [];
  return [`baseline must be the version of a migration, such as 1.40.0, got '${baseline}'.`];
}

function ignoreErrors(ignore: readonly string[] = []): string[] {
  return ignore
    .filter((text) => !isPattern(text))
    .map((text) => `ignore must have kinds and names of objects, such as 'table audit.*', got '${text}'.`);
}

/** What is wrong with them, compared with the migrations. */
export function uncoveredBaselines({ migrations }: Bundle, baseline: string | undefined, targets: Targets): string[] {
  const covered = [...targets].map(([name, target]) => {
    const own = migrations.filter((migration) => migration.target === name);
    const version = target.baseline ?? baseline;
    return { name, version, isOwn: target.baseline !== undefined, migrations: version ? upTo(own, version) : [] };
  });
  const none = covered
    .filter(({ isOwn, ...one }) => isOwn && one.migrations.length === 0)
    .map(({ name, version }) => inTarget(name, withoutMigrations(`baseline ${version}`)));
  const shared = covered.filter(({ isOwn }) => !isOwn);
  const noneShared = baseline !== undefined && shared.every((one) => one.migrations.length === 0);
  return [
    ...none,
    ...(noneShared && shared.length > 0 ? [withoutMigrations(`baseline ${baseline}`)] : []),
    ...covered.flatMap(({ name, version, migrations: own }) =>
      version === undefined
        ? []
        : splitDependencies({ target: name, version, migrations: own }).map((error) => inTarget(name, `${error}.`)),
    ),
  ];
}

function withoutMigrations(what: string): string {
  return `no migration is at or below ${what}. Correct the version, or remove it: a new database needs none.`;
}
