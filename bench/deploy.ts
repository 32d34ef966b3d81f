import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, runNode } from './fresh-process';
import type { Benchmark } from './measurement';

const root = join(__dirname, '..');
const cli = join(root, 'dist/bin/migrations.js');

/** How long a user waits for `migrations sandbox deploy` of the example app: synth, sandbox, stack, migrations. */
export const sandboxDeploy: Benchmark = {
  name: 'deploy',
  rounds: 3,
  async run(rounds) {
    const [first, update, nothing]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round += 1) {
      await inTemporaryFolder(async (folder) => {
        const state = join(folder, 'state');
        first.push(await deploy(state, 'migrations', 'CREATE_COMPLETE'));
        update.push(await deploy(state, withOneMore(folder), 'UPDATE_COMPLETE'));
        nothing.push(await deploy(state, withOneMore(folder), 'UPDATE_COMPLETE'));
      });
    }
    return [
      { name: 'first deployment, fresh state', unit: 's', values: first },
      { name: 'update with one more SQL migration', unit: 's', values: update },
      { name: 'deploying the same again', unit: 's', values: nothing },
    ];
  },
};

async function deploy(state: string, migrations: string, expected: string): Promise<number> {
  const parameters = ['sandbox', 'deploy', '--state', state, '--context', `migrations=${migrations}`, '--json'];
  const { stdout, seconds } = await runNode([cli, ...parameters], root);
  const { status } = JSON.parse(stdout) as { readonly status: string };
  if (status !== expected) throw new Error(`The stack is ${status}, ${expected} was expected:\n${stdout}`);
  return seconds;
}

/** The example's migrations and a new one. */
function withOneMore(folder: string): string {
  const copy = join(folder, 'migrations');
  cpSync(join(root, 'migrations'), copy, { recursive: true });
  const text = '-- migrate:up\nCREATE TABLE bench (id int);\n-- migrate:down\nDROP TABLE bench;\n';
  writeFileSync(join(copy, 'users/99.0.0_bench.sql'), text);
  return copy;
}
