import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';

const running = new Set();

/** Ends whatever still runs, for a script that is about to end itself. */
export function endChildren() {
  for (const child of running) signal(child, 'SIGKILL');
}

/** Starts a program in a process group of its own, so that it can be ended with everything that it started. */
export function start(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      output[name] += chunk;
    });
  }
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, endedBy) => {
      running.delete(child);
      resolve(code ?? endedBy);
    });
  });
  return { child, output, ended };
}

/** Runs a program to its end. Throws when it takes longer than `limit` seconds or ends with another code than `exit`. */
export async function run(command, args, { exit = 0, limit = 60, ...options }) {
  const { child, output, ended } = start(command, args, options);
  const timer = setTimeout(() => signal(child, 'SIGKILL'), limit * 1000);
  const code = await ended;
  clearTimeout(timer);
  if (code === exit) return output;
  const said = `${output.stdout.slice(-2000)}\n${output.stderr.slice(-2000)}`.trim();
  const late = code === 'SIGKILL' ? ` (the limit is ${limit} s)` : '';
  throw new Error(`${[command, ...args].join(' ')}\nended with ${code}${late}, not ${exit}:\n${said}`);
}

export function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    // It ended in the meantime.
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * The environment of a user who knows nothing of this repository: without what npm sets for the script that it runs
 * (which makes a second npm work on our folder), and without our programs on the PATH.
 */
export function environmentOutside(repository) {
  const ofNpm = /^(npm_(package|lifecycle|config_local_prefix|command|node_execpath|execpath)|INIT_CWD$|NODE_PATH$)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofNpm.test(name)));
  const path = env.PATH.split(delimiter).filter((folder) => !folder.startsWith(repository));
  return { ...env, PATH: path.join(delimiter) };
}
