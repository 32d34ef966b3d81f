import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In a transaction that has failed the server refuses everything, so nothing that is sent changes anything. */
const failed = 'BEGIN;\nSELECT 1/0;\n';

/** The statements that psql makes of a text, as it sends them to a server. */
export function statementsOfPsql(url: string, text: string): readonly string[] {
  const log = join(mkdtempSync(join(tmpdir(), 'psql-')), 'log');
  const args = ['-X', '-q', '-L', log, '-v', 'VERBOSITY=terse', url];
  const { status, error, stderr } = spawnSync('psql', args, {
    input: failed + text,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`psql failed: ${error?.message ?? stderr.slice(-500)}`);
  const sent = readFileSync(log, 'utf8').matchAll(/^\*{9} QUERY \*{10}\n([\s\S]*?)\n\*{26}\n$/gm);
  return Array.from(sent, ([, statement]) => statement!).slice(failed.split(';').length - 1);
}

/** Whether there is a psql to ask. With REQUIRE_SERVERS=1 a missing one is a failure. */
export function psqlIsInstalled(): boolean {
  const { error } = spawnSync('psql', ['--version']);
  if (error && process.env.REQUIRE_SERVERS === '1') throw new Error(`psql is required: ${error.message}`);
  return error === undefined;
}
