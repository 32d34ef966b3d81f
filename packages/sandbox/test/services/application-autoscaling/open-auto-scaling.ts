import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { applicationAutoScalingService, ScalingStore } from '../../../src/services/application-autoscaling';
import { StateStore } from '../../../src/state';
import { serveService } from '../../helpers/serve-service';
import { ENVIRONMENT, openDynamoDb } from '../dynamodb/open-dynamodb';

export interface AutoScalingUnderTest {
  readonly dynamoDb: DynamoDBClient;
  readonly scaling: ApplicationAutoScalingClient;
  close(): Promise<void>;
}

/** DynamoDB, and Application Auto Scaling that looks at its tables. */
export async function openAutoScaling(
  ofDeletedIndex: 'kept' | 'removed',
  assumptions: Readonly<Record<string, string>> = {},
): Promise<AutoScalingUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'auto-scaling-'));
  const store = new ScalingStore(new StateStore(folder), ofDeletedIndex);
  const onIndexDeleted = (table: string, index: string) => store.indexDeleted(table, index);
  const { client: dynamoDb, service, close } = await openDynamoDb(assumptions, { onIndexDeleted });
  const served = await serveService(
    applicationAutoScalingService({ store, environment: ENVIRONMENT, dynamoDb: service }),
  );
  const scaling = new ApplicationAutoScalingClient(served.client);
  return {
    dynamoDb,
    scaling,
    async close() {
      scaling.destroy();
      await served.close();
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
