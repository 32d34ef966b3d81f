import { dynamoDbService } from '../../../src/services/dynamodb';
import { StateStore } from '../../../src/state';

/** A process that owns a DynamoDB server until it is killed; see supervision.test.ts. */
async function own(folder: string): Promise<void> {
  const environment = { region: 'eu-west-1', account: '111122223333', partition: 'aws' } as const;
  await dynamoDbService({ state: new StateStore(folder), environment }).call('ListTables', {});
  process.stdout.write('started\n');
  setInterval(() => {}, 60_000);
}

void own(process.argv[2]!);
