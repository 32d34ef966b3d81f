import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeAssembly } from './helpers/assembly';
import { type CommandResult, type RunningCommand, runCommand, startCommand } from './helpers/run-command';
import { functions } from './helpers/templates';
import { until } from './helpers/until';

const index = join(__dirname, '../dist/index.js');
const root = mkdtempSync(join(tmpdir(), 'processes-'));
const servers = new Set<number>();
afterAll(() => {
  for (const pid of servers) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  chmodRecursively(root, 0o755);
  rmSync(root, { recursive: true, force: true });
});

const appWith = (value: string) =>
  writeAssembly({
    Web: {
      template: {
        Resources: {
          Errors: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'errors' } },
          Value: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } },
        },
        Outputs: { Value: { Value: { 'Fn::GetAtt': ['Value', 'Value'] } } },
      },
    },
  });
const app = appWith('one');

/** A state folder to which `app` was deployed. */
const deployed = join(root, 'deployed');
beforeAll(async () => {
  expect((await runCommand(['deploy', '--app', app, '--state', deployed])).exitCode).toBe(0);
});

/** A custom resource that is never answered. */
const silentApp = writeAssembly({
  Silent: functions(
    { Handler: { code: 'exports.handler = async () => {};' } },
    { Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['Handler', 'Arn'] } } } },
  ),
});

let folders = 0;
const newState = () => join(root, `state-${folders++}`);

function deployedState(): string {
  const state = newState();
  cpSync(deployed, state, { recursive: true });
  return state;
}

interface Stack {
  readonly stack: string;
  readonly status: string;
}

async function statusIn(state: string): Promise<string | undefined> {
  const [stack] = JSON.parse((await runCommand(['stacks', '--json', '--state', state])).stdout) as readonly Stack[];
  return stack?.status;
}

/** An update that lasts until its alarm goes off. */
async function beginUpdate(state: string): Promise<RunningCommand> {
  const watching = ['--rollback-alarm', 'errors', '--monitoring-seconds', '3600'];
  const updating = startCommand(['deploy', '--app', appWith('two'), '--state', state, ...watching]);
  await updating.prints(/UPDATE_IN_PROGRESS +Web/);
  return updating;
}

/** Ends the update, and waits for the end of the server. Returns the events of the stack. */
async function endUpdate(state: string, server: number): Promise<string> {
  await runCommand(['alarm', 'errors', 'ALARM', '--state', state]);
  await hasEnded(server);
  return (await runCommand(['events', '--stack', 'Web', '--last', '8', '--state', state])).stdout;
}

/** Its process, which does not outlive the tests. */
function serverOf(state: string): number {
  const { pid } = JSON.parse(readFileSync(join(state, 'sandbox.json'), 'utf8')) as { readonly pid: number };
  servers.add(pid);
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** As a command gets it that npx runs: once from the terminal, and once more from npx. */
function pressCtrlC({ child }: RunningCommand): void {
  child.kill('SIGINT');
  child.kill('SIGINT');
}

const hasEnded = (pid: number) =>
  until(
    async () => isAlive(pid),
    (alive) => !alive,
  );

describe('one server for all commands', () => {
  it('lets short commands come and go beside a deployment', async () => {
    const state = deployedState();
    const deploying = await beginUpdate(state);
    const pid = serverOf(state);

    expect(await statusIn(state)).toBe('UPDATE_IN_PROGRESS');
    expect(serverOf(state)).toBe(pid);
    const otherwise = await runCommand(['destroy', '--state', state, '--assume', 'rollback-order=reverse']);
    expect([otherwise.exitCode, otherwise.stderr]).toEqual([
      2,
      expect.stringMatching(/^SANDBOX_RUNNING: .*rollback-order/),
    ]);
    expect((await runCommand(['alarm', 'errors', 'ALARM', '--state', state])).exitCode).toBe(0);

    expect(await deploying.ended).toBe(1);
    expect(deploying.stdout()).toMatch(/\nWeb: UPDATE_ROLLBACK_COMPLETE\n/);
    expect(serverOf(state)).toBe(pid);
  });

  it('is the same for commands that begin at once, and is gone with the last of them', async () => {
    const state = newState();
    const first = await Promise.all([1, 2, 3].map(() => runCommand(['deploy', '--app', app, '--state', state])));
    // One deploys; the others find nothing to change, or are told that an operation is running.
    expect(first.filter(({ stdout }) => /\nWeb: CREATE_COMPLETE\n/.test(stdout))).toHaveLength(1);
    const others = await Promise.all([1, 2, 3].map(() => runCommand(['outputs', '--state', state])));
    expect(others).toEqual(Array(3).fill({ exitCode: 0, stdout: 'Web:\n  Value = one\n', stderr: '' }));
    await hasEnded(serverOf(state));
    expect(readdirSync(state)).not.toContain('sandbox.json');
  });
});

describe('a state folder that is deleted', () => {
  it('begins anew, untouched by the server of the old one', async () => {
    const state = newState();
    await runCommand(['deploy', '--app', app, '--state', state]);
    const old = serverOf(state);
    rmSync(state, { recursive: true });
    cpSync(deployed, state, { recursive: true });
    const updating = await beginUpdate(state);
    const server = serverOf(state);
    await hasEnded(old);

    expect(serverOf(state)).toBe(server);
    expect(await statusIn(state)).toBe('UPDATE_IN_PROGRESS');
    await endUpdate(state, server);
    expect(await updating.ended).toBe(1);
  });
});

describe('a command that ends', () => {
  it('by Ctrl-C says which state the stack is in, and the deployment goes on', async () => {
    const state = deployedState();
    const deploying = await beginUpdate(state);
    const pid = serverOf(state);
    pressCtrlC(deploying);

    expect(await deploying.ended).toBe('SIGINT');
    expect(deploying.stderr()).toMatch(
      new RegExp(
        `^Web is in UPDATE_IN_PROGRESS\\. The operation goes on without this command, in process ${pid}\\.$`,
        'm',
      ),
    );
    expect(deploying.stderr()).toMatch(/cfn-sandbox events --stack Web/);
    expect(await endUpdate(state, pid)).toMatch(/Rollback trigger errors.*UPDATE_ROLLBACK_COMPLETE +Web/s);
  });

  it('by kill -9 leaves the deployment to the server, which ends after it', async () => {
    const state = deployedState();
    const deploying = await beginUpdate(state);
    const pid = serverOf(state);
    deploying.child.kill('SIGKILL');

    expect(await endUpdate(state, pid)).toMatch(/Rollback trigger errors.*UPDATE_ROLLBACK_COMPLETE +Web/s);
  });
});

describe('a server that is killed', () => {
  it('is an error with a hint for its commands, and the next one settles what was interrupted', async () => {
    const state = deployedState();
    const deploying = await beginUpdate(state);
    const pid = serverOf(state);
    process.kill(pid, 'SIGKILL');

    expect(await deploying.ended).toBe(1);
    expect(deploying.stderr()).toMatch(
      new RegExp(
        `^SANDBOX_LOST: The sandbox on ${state} ended .*: its process ${pid} is gone\\.\\n  hint: Run the command again`,
      ),
    );
    expect(deploying.stderr()).not.toMatch(/ECONN|\n\s+at /);
    expect(
      await until(
        () => statusIn(state),
        (status) => !status?.endsWith('_IN_PROGRESS'),
      ),
    ).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('does not keep commands that only read, even if nothing answers what is recovered', async () => {
    const state = newState();
    const deploying = startCommand(['deploy', '--app', silentApp, '--state', state]);
    await deploying.prints(/CREATE_IN_PROGRESS +Thing/);
    process.kill(serverOf(state), 'SIGKILL');
    await deploying.ended;

    // The rollback waits for the answer to a Delete.
    const { exitCode, stdout } = await runCommand(['stacks', '--state', state]);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Silent +ROLLBACK_IN_PROGRESS/m)]);
    // A deployment does wait, and says so.
    const next = startCommand(['deploy', '--app', app, '--state', state]);
    await until(
      async () => next.stderr(),
      (text) => /Silent is in ROLLBACK_IN_PROGRESS: the operation that was interrupted is finished first/.test(text),
    );
    next.child.kill('SIGKILL');
    await next.ended;
    process.kill(serverOf(state), 'SIGKILL');

    // Nor a program that has opened the sandbox in its own process, and closed it.
    const program = `require(process.argv[1]).openSandbox({ stateDir: process.argv[2] }).then((sandbox) => sandbox.close())`;
    const { status } = spawnSync(process.execPath, ['-e', program, index, state], { timeout: 20_000 });
    expect(status).toBe(0);
  });
});

describe('start', () => {
  it('ends by Ctrl-C although a custom resource is unanswered, and says what becomes of its stack', async () => {
    const state = newState();
    const started = startCommand(['start', '--state', state]);
    await started.prints(/AWS_ENDPOINT_URL=/);
    const pid = serverOf(state);
    const deploying = startCommand(['deploy', '--app', silentApp, '--state', state]);
    await deploying.prints(/CREATE_IN_PROGRESS +Thing/);
    deploying.child.kill('SIGKILL');
    await deploying.ended;
    pressCtrlC(started);

    expect(await started.ended).toBe(0);
    expect(started.stderr()).toMatch(/^Silent is in CREATE_IN_PROGRESS\. The next command settles it/m);
    expect(isAlive(pid)).toBe(false);
  });
});

describe('what another process left in the state folder', () => {
  it.each([
    ['of a process that is gone', () => JSON.stringify({ pid: 2 ** 22 + 1, endpoint: 'http://127.0.0.1:9' })],
    [
      'of a pid that another program has now',
      () => JSON.stringify({ pid: process.pid, endpoint: 'http://127.0.0.1:9' }),
    ],
    ['that is no lock', () => 'half a docum'],
  ])('a lock %s is taken over', async (_what, lock) => {
    const state = newState();
    mkdirSync(state);
    writeFileSync(join(state, 'sandbox.json'), lock());
    const { exitCode } = await runCommand(['stacks', '--state', state]);

    expect(exitCode).toBe(0);
  });

  it('a file that cannot be read is named, with what to do', async () => {
    const state = deployedState();
    const file = join(state, 'stacks/Web.json');
    writeFileSync(file, '{ "id": "arn:');
    const { exitCode, stderr } = await runCommand(['stacks', '--state', state]);

    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^STATE_UNREADABLE: .* is not what the sandbox wrote/),
    ]);
    expect(stderr).toContain(`\n  at ${file}\n  hint: Restore that file from a copy, or delete the whole sandbox`);
    expect((await runCommand(['reset', '--yes', '--state', state])).exitCode).toBe(0);
  });

  it('a folder that is read-only can be looked at, and stays as it was', async () => {
    const state = deployedState();
    const before = readdirSync(state);
    chmodRecursively(state, 0o555);

    expect(await asNobody(['outputs', '--state', state])).toEqual({
      exitCode: 0,
      stdout: 'Web:\n  Value = one\n',
      stderr: '',
    });
    expect(readdirSync(state)).toEqual(before);
    const changing = await asNobody(['destroy', '--state', state]);
    expect([changing.exitCode, changing.stderr]).toEqual([1, expect.stringMatching(/^EACCES: permission denied, /)]);
  });
});

/** For root every folder is writable. */
async function asNobody(args: readonly string[]): Promise<CommandResult> {
  chmodSync(root, 0o755);
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { ended, stdout, stderr } = startCommand(args, { ...user, cwd: '/' });
  return { exitCode: (await ended) as number, stdout: stdout(), stderr: stderr() };
}

function chmodRecursively(folder: string, mode: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) chmodRecursively(join(folder, entry.name), mode);
  }
  chmodSync(folder, mode);
}
