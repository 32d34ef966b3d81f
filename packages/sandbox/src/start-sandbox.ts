import type { Sandbox, SandboxOptions } from './api';
import { readSandboxAssumptions } from './assumptions';
import { Broadcast } from './broadcast';
import { connectCloudFormation } from './connect-cloudformation';
import { controlServer } from './control/control-server';
import type { OwnClaim } from './control/folder-lock';
import { ensureBootstrapped, LocalSandbox } from './local-sandbox';
import { createPlatform } from './platform';
import { cloudFormationService } from './services/cloudformation-api';
import type { Environment } from './services/service';
import { StateStore } from './state';

/** Some libraries refuse 000000000000; this one is AWS's own example. */
const ACCOUNT = '123456789012';

/** Starts every service on a state folder that this process has claimed. */
export async function startSandbox(options: SandboxOptions, claim: OwnClaim): Promise<Sandbox> {
  const assumptions = readSandboxAssumptions(options.assumptions);
  const environment: Environment = {
    account: ACCOUNT,
    partition: 'aws',
    region: process.env['AWS_REGION'] ?? 'us-east-1',
  };
  const state = new StateStore(options.stateDir);
  const broadcast = new Broadcast();
  broadcast.listen(options);

  const platform = createPlatform({
    state,
    environment,
    assumptions,
    broadcast,
    postgresUrl: rememberPostgres(state, options.postgresUrl),
    control: controlServer(() => sandbox, broadcast),
  });
  ensureBootstrapped(platform.parameters, '/cdk-bootstrap/hnb659fds/version');
  const cloudFormation = connectCloudFormation(platform, state, assumptions, broadcast);
  platform.gateway.register(cloudFormationService(cloudFormation, environment));
  await platform.gateway.listen();
  const sandbox = new LocalSandbox({ state, platform, cloudFormation, broadcast, release: claim.release });
  claim.announce(sandbox.endpoint);
  return sandbox;
}

const POSTGRES_DOCUMENT = 'postgres.json';

/** The server that a folder's databases are on: named once, later commands on the folder must not find them empty. */
function rememberPostgres(state: StateStore, given: string | undefined): string | undefined {
  if (given === undefined) return state.read<{ readonly url?: string }>(POSTGRES_DOCUMENT, {}).url;
  state.write(POSTGRES_DOCUMENT, { url: given });
  return given;
}
