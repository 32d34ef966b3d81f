import { requireStateFolder } from './control/state-folder';
import { openToLook } from './open-to-look';

/** A sandbox as programs see it that know nothing but AWS SDK clients. */
export interface Connection {
  /** For `process.env`, or a child process: endpoints, region and credentials. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** Rejects with SANDBOX_LOST when the sandbox ends while the connection is open. */
  readonly lost: Promise<never>;
  /** The sandbox ends when nobody uses it any more. */
  close(): Promise<void>;
}

/**
 * Finds the sandbox that runs on a state folder, or starts the services of the folder, in a process of their own, for as
 * long as somebody uses them. Of a folder that cannot be written to a copy is served, which is deleted at the end.
 * @throws SandboxError NO_SANDBOX for a folder without a sandbox: a mistyped folder must not become an empty sandbox
 */
export async function connect(folder: string): Promise<Connection> {
  requireStateFolder(folder);
  const { environmentVariables, lost, close } = await openToLook({ stateDir: folder });
  return { environmentVariables, lost, close };
}
