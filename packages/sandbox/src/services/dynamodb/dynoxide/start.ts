import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findDynoxide } from './find-binary';

/**
 * Runs between us and the server, and ends it when its stdin closes: that happens also when we are killed and can do
 * nothing more. It leads a process group of its own, so that Ctrl-C reaches us first and not the database.
 */
const SUPERVISOR = `
const server = require('node:child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: ['ignore', 'ignore', 'inherit'] });
server.once('error', (error) => { console.error(error.message); process.exit(1); });
server.once('exit', (code) => process.exit(code ?? 1));
process.stdin.once('close', () => server.kill()).resume();
`;

const START_MS = 10_000;
const POLL_MS = 20;
const ATTEMPTS = 3;

export interface RunningDynoxide {
  readonly endpoint: string;
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export async function startDynoxide(databaseFile: string, env: NodeJS.ProcessEnv): Promise<RunningDynoxide> {
  const binary = findDynoxide(env);
  mkdirSync(dirname(databaseFile), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const server = launch(binary, databaseFile, port);
    if (await becomesHealthy(server, port)) return server;
    await server.stop();
    // Between finding a free port and using it, another process may have taken it.
    if (attempt === ATTEMPTS) {
      throw new Error(`dynoxide (${binary}) did not start on '${databaseFile}': ${server.complaint() || 'no answer'}.`);
    }
  }
}

function launch(binary: string, databaseFile: string, port: number) {
  const serve = ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', databaseFile];
  const { NODE_OPTIONS: _ours, ...env } = process.env;
  const supervisor = spawn(process.execPath, ['-e', SUPERVISOR, binary, ...serve], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
    env,
  });
  let complaint = '';
  supervisor.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-1000);
  });
  unref(supervisor);
  const ended = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    ended,
    complaint: () => complaint.trim(),
    stop() {
      supervisor.ref();
      supervisor.stdin.destroy();
      return ended;
    },
  };
}

/** The database must not keep a process alive that has nothing else to do. */
function unref(child: ChildProcess): void {
  child.unref();
  (child.stdin as Socket | null)?.unref();
  (child.stderr as Socket | null)?.unref();
}

async function becomesHealthy(server: RunningDynoxide, port: number): Promise<boolean> {
  let gone = false;
  void server.ended.then(() => {
    gone = true;
  });
  for (const end = Date.now() + START_MS; Date.now() < end && !gone; await sleep(POLL_MS)) {
    if (await isHealthy(port)) return true;
  }
  return false;
}

function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/', agent: false, timeout: 1000 }, (response) => {
      response.resume();
      resolve(String(response.headers['server']).startsWith('Dynoxide'));
    }).once('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
