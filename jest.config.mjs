import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;

// The CDK's own template validation: four of five seconds of a synth, and nothing that is tested here.
process.env.CDK_VALIDATION = 'false';
// The SDK says once per process that it will need a newer Node; under Jest that would be once per test file.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** What both kinds of tests have in common. */
const project = {
  roots: [root, ...readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))]
    .map((folder) => join(folder, 'test'))
    .filter((folder) => existsSync(folder)),
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { swcrc: false, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  moduleNameMapper: {
    // A dynamic import names the built file, as Node will load it; here it is the source.
    '^(\\.{1,2}/.+)\\.js$': ['$1.js', '$1.ts'],
    '^cdk-migrations$': join(root, 'lib/index.ts'),
    '^cdk-migrations/authoring$': join(root, 'authoring/index.ts'),
    '^@cdk-migrations/(client|sandbox)$': join(root, 'packages/$1/src/index.ts'),
  },
  injectGlobals: false,
  cacheDirectory: join(root, 'node_modules/.cache/jest'),
};

/** Where unit tests are, except in folders named `real`: what never leaves its process, and takes seconds in all. */
const unit = [
  '**/test/architecture.test.ts',
  '**/test/{authoring,client,core,lambda}/**/*.test.ts',
  '**/test/bundler/sql-*.test.ts',
  '**/packages/client/test/**/*.test.ts',
  '**/packages/sandbox/test/cloudformation/**/*.test.ts',
];
const inRealFolders = '**/real/**/*.test.ts';

/** @type {import('jest').Config} */
const config = {
  projects: [
    {
      ...project,
      displayName: 'unit',
      testMatch: [...unit, `!${inRealFolders}`],
      testEnvironment: join(root, 'test/jest/unit-environment.ts'),
    },
    {
      ...project,
      displayName: 'real',
      testMatch: ['**/*.test.ts', ...unit.map((pattern) => `!${pattern}`), inRealFolders],
      testEnvironment: join(root, 'test/jest/environment.ts'),
    },
  ],
  // Of the smallest machine that we support, two cores: a third of their time tests wait for processes and databases.
  maxWorkers: 3,
  testSequencer: join(root, 'test/jest/sequencer.cjs'),
  // Of a test, and of a hook that starts databases.
  testTimeout: 60_000,
  reporters: ['default', join(root, 'test/jest/totals-reporter.mjs')],
  // One line per file, also when there is only one.
  verbose: false,
};

export default config;
