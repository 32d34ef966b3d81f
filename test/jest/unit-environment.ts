import childProcess from 'node:child_process';
import { Server, Socket } from 'node:net';
import workerThreads from 'node:worker_threads';
import OneErrorEnvironment from './environment';

const doors = [
  ...(['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const).map((name) => ({
    of: childProcess,
    name,
  })),
  { of: workerThreads, name: 'Worker' },
  { of: Server.prototype, name: 'listen' },
  { of: Socket.prototype, name: 'connect' },
];

/** Holds a unit test to this process: it starts no other, no worker and no server, and connects to none. */
export default class UnitEnvironment extends OneErrorEnvironment {
  #opened: (() => void)[] = [];

  override async setup(): Promise<void> {
    await super.setup();
    this.#opened = doors.map(({ of, name }) => close(of as unknown as Record<string, unknown>, name));
  }

  /** The next file in this worker may be one of another kind. */
  override async teardown(): Promise<void> {
    for (const open of this.#opened) open();
    await super.teardown();
  }
}

function close(of: Record<string, unknown>, name: string): () => void {
  const original = of[name];
  of[name] = function refuse() {
    throw new Error(`A unit test must not use ${name}(). See "Kinds of tests" in CONTRIBUTING.md.`);
  };
  return () => {
    of[name] = original;
  };
}
