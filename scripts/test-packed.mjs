// Tests the packages as their users have them: packed, installed outside the repository, used by their commands.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkCfnSandbox } from './packed/cfn-sandbox-checks.mjs';
import { Checks } from './packed/checks.mjs';
import { endChildren, environmentOutside } from './packed/child.mjs';
import { checkOrders } from './packed/orders-checks.mjs';
import { checkContent, checkInstalling, checkPacking } from './packed/package-checks.mjs';
import { checkSizes } from './packed/size-checks.mjs';
import { checkTypes } from './packed/types-checks.mjs';
import { UserApp } from './packed/user-app.mjs';
import { reportTotals } from './totals.mjs';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cdk-migrations-packed-')));
process.on('exit', () => {
  endChildren();
  rmSync(folder, { recursive: true, force: true });
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
])
  process.on(signal, () => process.exit(code));

const app = join(folder, 'orders');
const env = environmentOutside(repository);
const user = new UserApp(app, env);
const checks = new Checks();

const packed = checks.chapter();
const tarballs = await checkPacking(packed, { repository, folder, env });
await checkSizes(checks.chapter(packed), { folder, env, tarballs });
await checkCfnSandbox(checks.chapter(packed), { repository, folder, env, tarballs });

const installed = checks.chapter(packed);
await checkInstalling(installed, { repository, app, env, tarballs });
await checkContent(checks.chapter(installed), { repository, app });
await checkTypes(checks.chapter(installed), { repository, app, user });
await checkOrders(checks.chapter(installed), { app, user });

reportTotals(checks.totals);
process.exitCode = checks.totals.failed === 0 ? 0 : 1;
