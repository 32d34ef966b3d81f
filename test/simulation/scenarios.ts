import type { MigrationsProperties } from '../../core/wire';
import type { Release } from '../support/lifecycle-app';
import { releaseA, releaseB } from '../support/releases';
import type { Ending, Kind } from './expected';
import type { Answer, Platform } from './platform';

/** A stack operation as CloudFormation carries it out. */
export interface Scenario {
  readonly name: string;
  readonly kind: Kind;
  readonly a: Release;
  readonly b: Release;
  /** True when release A is deployed before it begins. */
  readonly startsAtA: boolean;
  run(platform: Platform, a: MigrationsProperties, b: MigrationsProperties): Promise<Ending>;
}

/** Deploys B; the rest of the stack succeeds; CloudFormation cleans up. */
async function forwardAndCommit(platform: Platform, a: MigrationsProperties, b: MigrationsProperties): Promise<Ending> {
  platform.stackIs('UPDATE_IN_PROGRESS');
  const answer = await platform.migrations('Update', b);
  if (answer?.Status !== 'SUCCESS') return rollBack(platform, a);
  platform.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  expectSuccess('The commit', await platform.markerDelete(a.Revision));
  platform.stackIs('UPDATE_COMPLETE');
  await platform.settle();
  return 'B';
}

/** Deploys B; a sibling fails afterwards; CloudFormation rolls back. */
async function applyAndRollBack(platform: Platform, a: MigrationsProperties, b: MigrationsProperties): Promise<Ending> {
  platform.stackIs('UPDATE_IN_PROGRESS');
  const answer = await platform.migrations('Update', b);
  const ending = await rollBack(platform, a);
  if (answer?.Status === 'SUCCESS') await platform.markerDelete(b.Revision);
  platform.stackIs('UPDATE_ROLLBACK_COMPLETE');
  await platform.settle();
  return ending;
}

/** CloudFormation asks once: an engine that needs an operator to continue the rollback has not converged. */
async function rollBack(platform: Platform, a: MigrationsProperties): Promise<Ending> {
  platform.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  expectSuccess('The rollback', await platform.migrations('Update', a));
  platform.stackIs('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  return 'A';
}

/** Creates with B; a sibling fails; CloudFormation deletes what it made. */
async function failedCreate(platform: Platform, _a: MigrationsProperties, b: MigrationsProperties): Promise<Ending> {
  platform.stackIs('CREATE_IN_PROGRESS');
  const created = await platform.migrations('Create', b);
  platform.stackIs('ROLLBACK_IN_PROGRESS');
  const physicalId = created?.PhysicalResourceId ?? 'App-Migrations-MADEUP';
  expectSuccess('The delete', await platform.migrations('Delete', b, physicalId));
  return 'nothing';
}

function expectSuccess(what: string, answer: Answer | undefined): void {
  if (answer?.Status === 'SUCCESS') return;
  throw new Error(`${what} was answered with ${answer?.Status ?? 'nothing'}: ${answer?.Reason}`);
}

const shapes: readonly { readonly name: string; readonly startsAtA: boolean; readonly run: Scenario['run'] }[] = [
  { name: 'forward and commit', startsAtA: true, run: forwardAndCommit },
  { name: 'applied and rolled back', startsAtA: true, run: applyAndRollBack },
  { name: 'failed create', startsAtA: false, run: failedCreate },
];

/** SQL only, DynamoDB only and both; forward with commit, rollback, failed create; and a migration that fails by itself. */
export const scenarios: readonly Scenario[] = [
  ...(['mixed', 'sql', 'dynamodb'] as const).flatMap((kind) =>
    shapes.map(({ name, startsAtA, run }) => ({
      name: `${kind}: ${name}`,
      kind,
      a: only(kind, releaseA),
      b: only(kind, releaseB),
      startsAtA,
      run,
    })),
  ),
  {
    name: 'mixed: fails by itself',
    kind: 'mixed',
    a: releaseA,
    b: failing(releaseB),
    startsAtA: true,
    run: forwardAndCommit,
  },
];

function only(kind: Kind, release: Release): Release {
  const folder = { sql: 'users/', dynamodb: 'meals/', mixed: '' }[kind];
  const files = Object.entries(release).filter(([name]) => name.startsWith(folder));
  // A dependency on the other database goes with it.
  const text = (content: string) => (kind === 'dynamodb' ? content.replace(", 'users/1.1.0'", '') : content);
  return Object.fromEntries(files.map(([name, content]) => [name, text(content)]));
}

function failing(release: Release): Release {
  const statement =
    '-- depends-on: 1.3.0\n-- migrate:up\nCREATE TABLE half (id int);\nALTER TABLE nowhere ADD COLUMN a int;\n-- migrate:down\nDROP TABLE half;\n';
  return { ...release, 'users/1.4.0_fail.sql': statement };
}
