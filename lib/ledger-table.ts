import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ledgerTimeToLive } from '../core/wire';

/**
 * The table that remembers every deployment. It outlives the stack, because the databases do too, and only this table
 * knows what was applied to them; but not a deployment that fails to create it. That is why its deletion protection is
 * not in the template: the engine switches it on and off (ADR 7).
 */
export function createLedgerTable(scope: Construct, encryptionKey?: kms.IKey): dynamodb.ITable {
  return new dynamodb.Table(scope, 'Ledger', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // Deletes old requests; see lambda/aws/dynamodb-requests.
    timeToLiveAttribute: ledgerTimeToLive,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    encryption: encryptionKey ? dynamodb.TableEncryption.CUSTOMER_MANAGED : undefined,
    encryptionKey,
  });
}
