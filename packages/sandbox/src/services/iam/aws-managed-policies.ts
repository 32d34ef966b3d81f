/** What AWS's own policies allow, as far as the sandbox plays the services. By name, the part after the last `/`. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  PowerUserAccess: ['*'],
  AmazonDynamoDBFullAccess: ['dynamodb:*'],
  AmazonDynamoDBReadOnlyAccess: [
    'dynamodb:Get*',
    'dynamodb:BatchGet*',
    'dynamodb:Describe*',
    'dynamodb:Query',
    'dynamodb:Scan',
  ],
  AmazonRDSDataFullAccess: ['rds-data:*', 'secretsmanager:*'],
  AmazonS3FullAccess: ['s3:*'],
  AmazonS3ReadOnlyAccess: ['s3:Get*', 's3:List*'],
  AmazonSSMFullAccess: ['ssm:*'],
  AmazonSSMReadOnlyAccess: ['ssm:Get*', 'ssm:Describe*', 'ssm:List*'],
  AWSLambdaRole: ['lambda:InvokeFunction'],
  AWSLambda_FullAccess: ['lambda:*'],
  AWSStepFunctionsFullAccess: ['states:*'],
  SecretsManagerReadWrite: ['secretsmanager:*'],
  // Logs, traces and network interfaces: nothing that is asked here.
  AWSLambdaBasicExecutionRole: [],
  AWSLambdaVPCAccessExecutionRole: [],
  AWSXRayDaemonWriteAccess: [],
  CloudWatchLogsFullAccess: [],
};

/** The document of an AWS managed policy; undefined when the sandbox does not know it. */
export function awsManagedPolicy(policyArn: string): unknown {
  const actions = ACTIONS[policyArn.split('/').at(-1) ?? ''];
  if (!actions) return undefined;
  return { Statement: actions.length === 0 ? [] : [{ Effect: 'Allow', Action: actions, Resource: '*' }] };
}
