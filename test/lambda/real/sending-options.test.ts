import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sendingOptions } from '../../../lambda/aws/sending-options';
import { repositoryFiles } from '../../support/repository';

const root = join(__dirname, '../../..');

/** Answers nothing to one path, and half an answer to the other. */
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url?.startsWith('/half')) response.writeHead(200, { 'content-length': '100' }).write('{"Parameter":');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function ask(path: string): Promise<unknown> {
  const { port } = server.address() as AddressInfo;
  const client = new SSMClient({
    ...sendingOptions(100),
    endpoint: `http://127.0.0.1:${port}${path}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  return client.send(new GetParameterCommand({ Name: 'a' }));
}

it('a call that is never answered fails, rather than only being warned of', async () => {
  await expect(ask('/nothing')).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('an answer that stops in the middle fails too', async () => {
  await expect(ask('/half')).rejects.toThrow();
});

it('every SDK client in lambda/ is made with the limits of sending-options', () => {
  const clients = repositoryFiles()
    .filter(({ path }) => path.startsWith('lambda/') && path.endsWith('.ts'))
    .flatMap(({ path }) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/new (\w+Client)\((?:\{ \.\.\.)?(\w*)/g)].map(
        ([, client, argument]) => ({
          path,
          client,
          argument,
        }),
      ),
    );

  expect(clients.map(({ client }) => client).sort()).toEqual([
    'ApplicationAutoScalingClient',
    'CloudFormationClient',
    'DynamoDBClient',
    'RDSClient',
    'RDSDataClient',
    'S3Client',
    'SFNClient',
    'SSMClient',
    'STSClient',
  ]);
  expect(clients.filter(({ argument }) => argument !== 'sendingOptions')).toEqual([]);
});
