import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * The permissions of one target as a policy of their own, whose id changes with its content.
 *
 * In a rollback CloudFormation restores changed policies before it asks the engine to undo (aws-facts CFN-7). With all
 * permissions in one policy the engine could not undo what it did to a target or a table that the failed update added. A
 * policy with a new id, however, is added before the migrations run and deleted only in the cleanup after the rollback,
 * just as the old one is deleted only in the cleanup after a success (aws-facts CFN-4): both are in force while either
 * may be needed.
 */
export function targetPolicy(
  scope: Construct,
  target: string,
  statements: iam.PolicyStatement[],
  role: iam.IRole,
): iam.Policy {
  const document = new iam.PolicyDocument({ statements });
  const content = JSON.stringify(Stack.of(scope).resolve(document));
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 8);
  return new iam.Policy(scope, `Target-${target}-${digest}`, { document, roles: [role] });
}
