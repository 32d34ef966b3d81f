import { requireStateFolder } from './control/state-folder';
import { openSandbox } from './open-sandbox';

/** A sandbox as programs see it that know nothing but AWS SDK clients. */
export interface Connection {
  /** For `process.env`, or a child process: endpoints, region and credentials. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** Ends the sandbox if this connection started it. */
  close(): Promise<void>;
}

/**
 * Finds the sandbox that runs on a state folder, or starts the services of the folder for as long as the connection is
 * open.
 * @throws SandboxError NO_SANDBOX for a folder without a sandbox: a mistyped folder must not become an empty sandbox
 */
export async function connect(folder: string): Promise<Connection> {
  requireStateFolder(folder);
  const sandbox = await openSandbox({ stateDir: folder });
  return { environmentVariables: sandbox.environmentVariables, close: () => sandbox.close() };
}
