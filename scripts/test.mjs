// Runs the tests and ends with one line of true totals: `N passed, N failed, N skipped`.
// Arguments go to Jest, for example `npm test -- test/core`.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportTotals } from './totals.mjs';

// Temporary folders of tests, and of processes that tests kill, are made in here and go with it.
const folder = mkdtempSync(join(tmpdir(), 'cdk-migrations-test-'));
// As the system's own: a test runs a command as another user.
chmodSync(folder, 0o1777);
const report = join(folder, 'totals.json');
const jest = join('node_modules', 'jest', 'bin', 'jest.js');
const run = spawnSync(process.execPath, [jest, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, TMPDIR: folder, JEST_TOTALS: report },
});

// There is no report when no test was found.
const totals = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 0, skipped: 0 };
rmSync(folder, { recursive: true, force: true });
reportTotals(totals);
process.exitCode = run.status === 0 && totals.failed === 0 && totals.passed > 0 ? 0 : 1;
