import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';

/** The tables that outlive every release of the service, and the ledger that remembers what was done to them. */
export class OrdersDataStack extends Stack {
  constructor(scope, id, { ordersTableName, ...props }) {
    super(scope, id, props);

    const orders = new dynamodb.TableV2(this, 'Orders', {
      tableName: ordersTableName,
      partitionKey: { name: 'orderId', type: dynamodb.AttributeType.STRING },
      removalPolicy: RemovalPolicy.DESTROY,
    });

    this.ledgerTable = new dynamodb.Table(this, 'Ledger', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    new CfnOutput(this, 'OrdersTable', { value: orders.tableName });
  }
}
