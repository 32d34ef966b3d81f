import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';

/** The SDK clients, each made when it is first needed: a handler pays only for what it uses. */
export class Clients {
  readonly dynamodb = once(() => new DynamoDBClient({}));
  readonly rdsData = once(() => new RDSDataClient({ requestHandler: { requestTimeout: dataApiTimeout } }));
  readonly s3 = once(() => new S3Client({}));
  readonly ssm = once(() => new SSMClient({}));
  readonly stepFunctions = once(() => new SFNClient({}));
  readonly cloudFormation = once(() => new CloudFormationClient({}));
}

/** Milliseconds. The Data API itself ends a statement after 45 s (aws-facts 3): the socket must wait longer. */
const dataApiTimeout = 60_000;

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
