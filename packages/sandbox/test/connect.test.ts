import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from '@jest/globals';
import { type Connection, connect } from '../src';
import { temporaryFolder } from './helpers/assembly';
import { errorOf } from './helpers/error-of';
import { testSandboxes } from './helpers/open';
import { until } from './helpers/until';

const open = testSandboxes('each');

/** Uses the connection as a program would: by nothing but its variables. */
async function putParameter({ environmentVariables: variables }: Connection): Promise<number | undefined> {
  const client = new SSMClient({
    endpoint: variables['AWS_ENDPOINT_URL_SSM'],
    region: variables['AWS_REGION'],
    credentials: {
      accessKeyId: variables['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
    maxAttempts: 1,
  });
  try {
    const put = new PutParameterCommand({ Name: '/connected', Value: 'yes', Type: 'String', Overwrite: true });
    return (await client.send(put)).Version;
  } finally {
    client.destroy();
  }
}

describe('connect', () => {
  it('starts the services of a folder, and they end after it is closed', async () => {
    const stateDir = temporaryFolder();
    const { sandbox } = await open({ stateDir });
    await sandbox.close();

    const connection = await connect(stateDir);
    expect(await putParameter(connection)).toBe(1);
    await connection.close();

    await until(
      async () => existsSync(join(stateDir, 'sandbox.json')),
      (isRunning) => !isRunning,
    );
    await expect(putParameter(connection)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('finds the sandbox that runs on a folder, and leaves it running', async () => {
    const { sandbox, stateDir } = await open();

    const connection = await connect(stateDir);
    expect(connection.environmentVariables).toEqual(sandbox.environmentVariables);
    await connection.close();

    expect(await putParameter(connection)).toBe(1);
  });

  it('refuses a folder without a sandbox, and leaves it as it was', async () => {
    const folder = join(temporaryFolder(), 'mistyped');

    expect((await errorOf(() => connect(folder))).code).toBe('NO_SANDBOX');
    expect(existsSync(folder)).toBe(false);
  });
});
