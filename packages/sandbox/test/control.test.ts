import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { openSandbox, type StackEvent } from '../src';
import { temporaryFolder, writeAssembly } from './helpers/assembly';
import { testSandboxes } from './helpers/open';
import { functions } from './helpers/templates';
import { until } from './helpers/until';

const open = testSandboxes('each');
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const BUSY = `exports.handler = async () => { console.log('pid ' + process.pid); for (;;); };`;
const ECHO = 'exports.handler = async (event) => event;';
const FAILS = `exports.handler = async () => { throw new TypeError('no'); };`;
const stack = functions({ Echo: { code: ECHO }, Fails: { code: FAILS } });

/** A process that holds the sandbox of a folder, from the built files. */
async function holder(stateDir: string): Promise<ChildProcess> {
  const script = join(temporaryFolder(), 'holder.cjs');
  writeFileSync(
    script,
    `const { openSandbox } = require(${JSON.stringify(join(__dirname, '../dist/index.js'))});
     openSandbox({ stateDir: process.argv[2] }).then((sandbox) => process.send(sandbox.endpoint));
     process.on('disconnect', () => process.exit());`,
  );
  const child = fork(script, [stateDir], { execArgv: [], silent: true });
  children.push(child);
  await once(child, 'message');
  return child;
}

test('a second opener uses the sandbox of the process that holds the folder', async () => {
  const stateDir = temporaryFolder();
  const child = await holder(stateDir);
  const events: StackEvent[] = [];
  const { sandbox } = await open({ stateDir, onStackEvent: (event) => events.push(event) });
  expect(JSON.parse(readFileSync(join(stateDir, 'sandbox.json'), 'utf8')).pid).toBe(child.pid);

  const [created] = await sandbox.deploy({ assembly: writeAssembly({ Far: stack }) });
  expect(created?.status).toBe('CREATE_COMPLETE');
  expect(events.map(({ status }) => status)).toEqual(created?.events.map(({ status }) => status));
  expect(await sandbox.invoke('Echo', { a: [1] })).toEqual({ a: [1] });
  await expect(sandbox.invoke('Fails', {})).rejects.toMatchObject({ name: 'TypeError' });
  await expect(sandbox.cancelUpdate('Far')).rejects.toMatchObject({ name: 'ValidationError' });
  expect(await sandbox.stacks()).toMatchObject([{ stack: 'Far', status: 'CREATE_COMPLETE' }]);
  expect(() => sandbox.intercept({})).toThrow(`process ${child.pid}`);
  await sandbox.close();
  expect(child.exitCode).toBeNull();
});

test('a second opener takes over the state and the port of a process that was killed, and no child of it is left', async () => {
  const stateDir = temporaryFolder();
  const child = await holder(stateDir);
  const first = await open({ stateDir });
  await first.sandbox.deploy({
    assembly: writeAssembly({
      Near: functions({ Echo: { code: ECHO }, Busy: { code: `console.log('pid ' + process.pid); ${ECHO}` } }),
    }),
  });
  await first.sandbox.invoke('Busy', {});
  const pid = Number(/pid (\d+)/.exec(readFileSync(join(stateDir, 'logs/Busy.log'), 'utf8'))?.[1]);
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until(
    async () => isAlive(pid),
    (alive) => !alive,
  );

  const second = await open({ stateDir });
  expect(second.sandbox.endpoint).toBe(first.sandbox.endpoint);
  expect(await second.sandbox.invoke('Echo', 'still here')).toBe('still here');
});

test('closing kills functions that are busy, and releases the folder', async () => {
  const world = await open();
  await world.deploy({ Near: functions({ Busy: { code: BUSY, properties: { Timeout: 60 } } }) });
  const result = world.sandbox.invoke('Busy', {}).catch((error: Error) => error.name);
  while (world.logs.length === 0) await sleep(10);
  const pid = Number(/pid (\d+)/.exec(world.logs[0] ?? '')?.[1]);
  await world.sandbox.close();
  expect(await result).toBe('Runtime.ExitError');
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(join(world.stateDir, 'sandbox.json'))).toBe(false);
});

test('closing the sandbox of another process gives up the calls that still wait', async () => {
  const stateDir = temporaryFolder();
  await holder(stateDir);
  const { sandbox } = await open({ stateDir });
  await sandbox.deploy({
    assembly: writeAssembly({ Far: functions({ Busy: { code: BUSY, properties: { Timeout: 60 } } }) }),
  });
  const waiting = sandbox.invoke('Busy', {});
  const other = await open({ stateDir });
  await sandbox.close();

  await expect(waiting).rejects.toThrow('closed before this call was done');
  expect(await other.sandbox.stacks()).toHaveLength(1);
});

test('two openers at once share one sandbox', async () => {
  const stateDir = temporaryFolder();
  const [a, b] = await Promise.all([openSandbox({ stateDir }), openSandbox({ stateDir })]);
  expect(a.endpoint).toBe(b.endpoint);
  await Promise.all([a.close(), b.close()]);
});

test('control requests are refused without their header', async () => {
  const { sandbox } = await open();
  const response = await fetch(`${sandbox.endpoint}/_sandbox/stacks`, { method: 'POST', body: '[]' });
  expect(response.status).toBe(403);
});

test('assumptions that do not exist are refused', async () => {
  const stateDir = temporaryFolder();
  await expect(openSandbox({ stateDir, assumptions: { gravity: 'off' } })).rejects.toThrow("no assumption 'gravity'");
  await expect(openSandbox({ stateDir, assumptions: { 'iam-propagation-ms': 'soon' } })).rejects.toThrow("'soon'");
  expect(existsSync(join(stateDir, 'sandbox.json'))).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    // A zombie still answers signal 0; its state says so.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
