import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^cdk-migrations\/authoring$/, replacement: here('./authoring/index.ts') },
      { find: /^cdk-migrations$/, replacement: here('./lib/index.ts') },
      { find: /^@cdk-migrations\/(\w+)$/, replacement: here('./packages/$1/src/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    // Real processes and databases run beside the tests: two at a time fits the smallest machine we support.
    maxWorkers: 2,
    minWorkers: 1,
    pool: 'forks',
    // The CDK's own template validation: four of five seconds of a synth, and nothing that is tested here.
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
