import { describe, expect, it } from '@jest/globals';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { auroraCluster, CREATE_PLANS, CREATE_USERS, folderWith, Synthesized, testStack } from './support';

interface Baselines {
  readonly shared?: string;
  readonly users?: string;
  readonly meals?: string;
}

const later = {
  'users/2.0.0_later.sql':
    '-- migration: 2.0.0 later\n-- depends-on: 1.0.0\n-- migrate:up\nCREATE TABLE t (id int);\n-- migrate:down\nDROP TABLE t;\n',
};

/** The baselines that the targets of the custom resource have. */
function baselines({ shared, users, meals }: Baselines, files: Readonly<Record<string, string>> = later) {
  const stack = testStack();
  new DatabaseMigrations(stack, 'Db', {
    migrationsPath: folderWith({ ...CREATE_USERS, ...CREATE_PLANS, ...files }),
    targets: {
      users: MigrationTarget.aurora(auroraCluster(stack), { databaseName: 'shop', baseline: users }),
      meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-', baseline: meals }),
    },
    baseline: shared,
  });
  const [, { Properties }] = new Synthesized(stack).one('Custom::DatabaseMigrations');
  return { users: Properties.Targets.users.Baseline, meals: Properties.Targets.meals.Baseline };
}

it('what a target ignores goes with it, and is written as kinds and names', () => {
  const ignoring = (ignore: string[] | undefined) => {
    const stack = testStack();
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith({ ...CREATE_USERS, ...CREATE_PLANS }),
      targets: {
        users: MigrationTarget.aurora(auroraCluster(stack), { databaseName: 'shop', ignore }),
        meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-', ignore }),
      },
    });
    const [, { Properties }] = new Synthesized(stack).one('Custom::DatabaseMigrations');
    return [Properties.Targets.users.Ignore, Properties.Targets.meals.Ignore];
  };
  const ignore = ['extension pg_stat_statements', 'grant * to datadog'];
  expect(ignoring(ignore)).toEqual([ignore, ignore]);
  expect(ignoring([])).toEqual([undefined, undefined]);
  expect(() => ignoring(['audit'])).toThrow(
    "- Target 'users': ignore must have kinds and names of objects, such as 'table audit.*', got 'audit'.",
  );
});

describe('a baseline', () => {
  it('is the one of the target, or of the construct, or none', () => {
    expect(baselines({})).toEqual({ users: undefined, meals: undefined });
    expect(baselines({ shared: '1.0.0' })).toEqual({ users: '1.0.0', meals: '1.0.0' });
    expect(baselines({ shared: '1.0.0', users: '2.0.0' })).toEqual({ users: '2.0.0', meals: '1.0.0' });
    expect(baselines({ meals: '1.0.0' })).toEqual({ users: undefined, meals: '1.0.0' });
  });

  it('must be a version', () => {
    expect(() => baselines({ shared: 'v1', users: '1.0' })).toThrow(
      "- baseline must be the version of a migration, such as 1.40.0, got 'v1'.\n" +
        "- Target 'users': baseline must be the version of a migration, such as 1.40.0, got '1.0'.",
    );
  });

  it('of a target must cover a migration of it', () => {
    expect(() => baselines({ meals: '0.9.0' })).toThrow(
      "- Target 'meals': no migration is at or below baseline 0.9.0. Correct the version, or remove it: a new database needs none.",
    );
  });

  it('of the construct must cover a migration of any target that has none of its own', () => {
    expect(() => baselines({ shared: '0.9.0', users: '1.0.0' })).toThrow(
      '- no migration is at or below baseline 0.9.0.',
    );
  });

  it('must not leave out what its migrations depend on', () => {
    const early = {
      'users/1.5.0_early.sql':
        '-- migration: 1.5.0 early\n-- depends-on: 2.0.0\n-- migrate:up\nCREATE TABLE t (id int);\n-- migrate:down\nDROP TABLE t;\n',
    };
    expect(() => baselines({ users: '1.5.0' }, { ...later, ...early })).toThrow(
      "- Target 'users': users/1.5.0 depends on users/2.0.0, which is later than the baseline 1.5.0.",
    );
  });
});
