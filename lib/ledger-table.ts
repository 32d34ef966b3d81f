import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ledgerTimeToLive } from '../core/wire';

/**
 * The table that remembers every deployment. It outlives the stack: without it nobody could tell what was applied to
 * databases that outlive the stack as well.
 */
export function createLedgerTable(scope: Construct, encryptionKey?: kms.IKey): dynamodb.ITable {
  return new dynamodb.Table(scope, 'Ledger', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // Requests are forgotten when they are old; see lambda/aws/dynamodb-requests.
    timeToLiveAttribute: ledgerTimeToLive,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    encryption: encryptionKey ? dynamodb.TableEncryption.CUSTOMER_MANAGED : undefined,
    encryptionKey,
  });
}
