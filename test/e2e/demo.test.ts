import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const root = join(__dirname, '../..');

function runDemo() {
  return new Promise<{ exitCode: number | null; output: string }>((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'examples/demo/main.ts'], {
      cwd: root,
      timeout: 120_000,
    });
    let output = '';
    const take = (chunk: string) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

it('the demo keeps all its promises', async () => {
  const { exitCode, output } = await runDemo();
  expect(output).not.toMatch(/WRONG/);
  expect(output).toMatch(/ok {4}the OLD engine code undid them/);
  expect(output).toMatch(/ok {4}which has none of the new migrations in it/);
  expect(output).toMatch(/ok {4}after the rollback every schema is exactly as before/);
  expect(output).toMatch(/All \d+ promises kept, in \d+\.\d s\./);
  expect(exitCode).toBe(0);
}, 130_000);
