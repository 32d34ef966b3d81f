// Runs the tests and ends with one line of true totals: `N passed, N failed, N skipped`.
// Arguments go to vitest, for example `npm test -- test/core`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportTotals } from './totals.mjs';

const folder = mkdtempSync(join(tmpdir(), 'cdk-migrations-test-'));
const report = join(folder, 'report.json');
const vitest = join('node_modules', 'vitest', 'vitest.mjs');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const run = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], { stdio: 'inherit' });

let failedFiles = 0;
let totals = { passed: 0, failed: 0, skipped: 0 };
if (existsSync(report)) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  // A file that cannot be loaded fails without having a test that fails.
  failedFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  totals = { passed: numPassedTests, failed: numFailedTests + failedFiles, skipped: numPendingTests + numTodoTests };
}
rmSync(folder, { recursive: true, force: true });
reportTotals(totals);
process.exitCode = run.status === 0 && totals.failed === 0 && totals.passed > 0 ? 0 : 1;
