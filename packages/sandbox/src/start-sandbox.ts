import type { SandboxOptions } from './api';
import { readSandboxAssumptions } from './assumptions';
import { Broadcast } from './broadcast';
import { connectCloudFormation } from './connect-cloudformation';
import { Clients } from './control/clients';
import { controlServer } from './control/control-server';
import type { OwnClaim } from './control/folder-lock';
import { identityOf } from './control/ping';
import { type DatabaseServers, settingsOf } from './control/settings';
import { ensureBootstrapped, LocalSandbox } from './local-sandbox';
import { createPlatform } from './platform';
import { cloudFormationService } from './services/cloudformation-api';
import { requireMysql, requirePostgres } from './services/rds-data';
import type { Environment } from './services/service';
import { StateStore } from './state';

/** Some libraries refuse 000000000000; this one is AWS's own example. */
const ACCOUNT = '123456789012';

/** How the process that starts a sandbox serves it to others. */
export interface Serving {
  readonly clients: Clients;
  /** Ends the process, if it is there for others only. */
  readonly end?: () => void;
  /** Whether what the last process left unfinished is finished. */
  readonly recovers: boolean;
}

/** Starts every service on a state folder that this process has claimed. */
export async function startSandbox(
  options: SandboxOptions,
  claim: OwnClaim,
  { clients, end, recovers }: Serving = { clients: new Clients(), recovers: true },
): Promise<LocalSandbox> {
  const assumptions = readSandboxAssumptions(options.assumptions);
  const environment: Environment = {
    account: ACCOUNT,
    partition: 'aws',
    region: process.env['AWS_REGION'] ?? 'us-east-1',
  };
  const state = new StateStore(options.stateDir);
  const broadcast = new Broadcast();
  broadcast.listen(options);

  const servers: DatabaseServers = {
    postgresUrl: await serverOf(state, 'postgres.json', options.postgresUrl, requirePostgres),
    mysqlUrl: await serverOf(state, 'mysql.json', options.mysqlUrl, requireMysql),
  };
  const settings = settingsOf(options.assumptions, servers);
  const platform = createPlatform({
    state,
    environment,
    assumptions,
    broadcast,
    servers,
    control: controlServer({
      sandbox: () => sandbox,
      broadcast,
      clients,
      end,
      settings,
      folder: identityOf(state.folder),
    }),
  });
  ensureBootstrapped(platform.parameters, '/cdk-bootstrap/hnb659fds/version');
  const cloudFormation = connectCloudFormation(platform, state, assumptions, broadcast);
  platform.gateway.register(cloudFormationService(cloudFormation, environment));
  await platform.gateway.listen();
  const sandbox = new LocalSandbox({ state, platform, cloudFormation, broadcast, claim, recovers });
  claim.announce(sandbox.endpoint);
  return sandbox;
}

/**
 * The server that a folder's databases are on: named once, later commands on the folder must not find them empty. One that
 * does not answer is refused before anything is done with it, and is not remembered.
 */
async function serverOf(
  state: StateStore,
  document: string,
  given: string | undefined,
  requireIt: (url: string) => Promise<void>,
): Promise<string | undefined> {
  const { url } = state.read<{ readonly url?: string }>(document, {});
  if (given === undefined || given === url) return url;
  await requireIt(given);
  state.write(document, { url: given });
  return given;
}
