import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { findDynoxide } from '../../../src/services/dynamodb/dynoxide/find-binary';
import { until } from '../../helpers/until';
import { openDynamoDb, simpleTable } from './open-dynamodb';

const running = (databaseFile: string): boolean =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .some((line) => line.includes(databaseFile) && line.includes('dynoxide serve'));

describe('the DynamoDB server', () => {
  it('keeps its tables between two runs, and ends when the first run ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
    const first = await openDynamoDb({}, { folder });
    await first.client.send(new CreateTableCommand(simpleTable('kept')));
    await first.served.close();
    expect(running(folder)).toBe(false);
    const second = await openDynamoDb({}, { folder });
    await expect(second.client.send(new ListTablesCommand({}))).resolves.toMatchObject({ TableNames: ['kept'] });
    await second.close();
  });

  it('ends when its owner is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
    const owner = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'owner.ts'), folder], {
      cwd: join(__dirname, '../../../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    expect(running(folder)).toBe(true);
    owner.kill('SIGKILL');
    await until(
      async () => running(folder),
      (is) => !is,
    );
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts again when it died', async () => {
    const db = await openDynamoDb();
    await db.client.send(new ListTablesCommand({}));
    const pids = execFileSync('ps', ['-eo', 'pid,comm,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => /^\s*\d+ dynoxide /.test(line) && line.includes(db.folder))
      .map((line) => Number.parseInt(line, 10));
    expect(pids).toHaveLength(1);
    process.kill(pids[0]!, 'SIGKILL');
    await until(
      () => db.client.send(new ListTablesCommand({})).catch(() => undefined),
      (answer) => answer !== undefined,
    );
    await db.close();
  });

  it('is reported as missing, with the remedies, on a machine for which there is none', () => {
    expect(() => findDynoxide({ DYNOXIDE_PATH: '/nowhere/dynoxide' })).not.toThrow();
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'plan9' });
    try {
      expect(() => findDynoxide({ DYNOXIDE_PATH: '/nowhere/dynoxide' })).toThrow(
        /plan9.*DYNOXIDE_PATH.*DYNAMODB_ENDPOINT/s,
      );
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
    }
  });
});
