import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** REST API and queue in front of one function. */
export class OrderIntake extends Construct {
  constructor(scope, id, { orders, retentionSeconds }) {
    super(scope, id);
    this.queue = new sqs.Queue(this, 'Queue', {
      retentionPeriod: Duration.seconds(retentionSeconds),
      enforceSSL: true,
    });
    this.handler = new lambda.Function(this, 'Handler', {
      code: lambda.Code.fromAsset(fileURLToPath(new URL('../functions/intake', import.meta.url))),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      timeout: Duration.seconds(20),
    });
    this.handler.addEventSource(new SqsEventSource(this.queue, { batchSize: 5 }));
    orders.grant(this.handler, 'dynamodb:PutItem', 'dynamodb:GetItem');

    this.api = new apigateway.RestApi(this, 'Api', { cloudWatchRole: false });
    this.api.root.addResource('orders').addMethod('POST', new apigateway.LambdaIntegration(this.handler));
  }
}
