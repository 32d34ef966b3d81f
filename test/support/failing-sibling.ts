import { CustomResource, type Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { DatabaseMigrations } from '../../lib/index';
import type { LifecycleWorld } from './lifecycle-world';

/** Answers FAILED when its properties say so, except when it is deleted. */
const handler = `exports.handler = async (event) => {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = 'sibling' } = event;
  const fails = event.RequestType !== 'Delete' && event.ResourceProperties.Fails === 'true';
  const answer = { Status: fails ? 'FAILED' : 'SUCCESS', Reason: 'failed on purpose', PhysicalResourceId, StackId, RequestId, LogicalResourceId };
  await fetch(event.ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(answer)) });
};`;

/** A custom resource beside the migrations: CloudFormation works on both at once, and it may fail while they run. */
export function addParallelSibling(fails: boolean): (stack: Stack, migrations: DatabaseMigrations | undefined) => void {
  return (stack, migrations) => {
    const fn = new LambdaFunction(stack, 'ParallelSibling', {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromInline(handler),
    });
    const sibling = new CustomResource(stack, 'Parallel', {
      serviceToken: fn.functionArn,
      resourceType: 'Custom::Sibling',
      properties: { Fails: String(fails) },
    });
    const engine = migrations?.node.tryFindChild('Engine');
    if (engine) sibling.node.addDependency(engine);
  };
}

/**
 * Makes the parallel sibling answer only when a statement of a migration is on its way, and the statement take effect
 * only when CloudFormation's next request, sent because of that answer, is in the ledger. So they surely overlap.
 * @param interrupt another cause for the next request
 */
export function overlapAt(
  world: LifecycleWorld,
  statement: string,
  next: 'Update' | 'Delete',
  interrupt: () => Promise<void> = async () => {},
): () => void {
  const statementSent = signal();
  const nextReceived = signal();
  let isHeld = false;
  return world.sandbox.intercept({
    async before({ service, operation, functionName, body }) {
      if (service === 's3' && operation.startsWith('PUT') && functionName?.includes('ParallelSibling')) {
        await statementSent.heard;
      } else if (service === 'rds-data' && body.includes(statement) && !isHeld) {
        isHeld = true;
        statementSent.give();
        await interrupt();
        await nextReceived.heard;
      }
    },
    after({ service, operation, body }) {
      const isRequest = service === 'dynamodb' && operation === 'PutItem' && body.includes('"kind":{"S":"migrations"}');
      if (isHeld && isRequest && body.includes(`"type":{"S":"${next}"}`)) nextReceived.give();
    },
  });
}

function signal(): { readonly heard: Promise<void>; readonly give: () => void } {
  let give = (): void => {};
  const heard = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { heard, give };
}
