import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge';
import { policyDocuments } from './policy-documents';

/**
 * IAM attaches ten managed policies to a role (aws-facts IAM-2), and the old and the new ones are attached together
 * while a stack is updated.
 */
const mostPolicies = 5;

/**
 * Permissions that an update may change, as managed policies whose ids change with their content.
 *
 * In a rollback CloudFormation restores changed policies before it asks the engine to undo (aws-facts CFN-7). With
 * permissions that change in place the engine could not undo what it did to a target, a table or a ledger that the failed
 * update added. A policy with a new id, however, is added before the migrations run and deleted only in the cleanup after
 * the rollback, just as the old one is deleted only in the cleanup after a success (aws-facts CFN-4): both are in force
 * while either may be needed. Managed policies rather than inline ones, of which a role takes 10,240 characters in all,
 * too few for the old and the new together.
 *
 * @throws Error for more than may be attached to a role
 */
export function attachReplaceablePolicies(
  scope: Construct,
  roles: iam.IRole[],
  statements: readonly iam.PolicyStatement[],
): void {
  const stack = Stack.of(scope);
  acknowledgeWildcards(
    scope,
    statements.flatMap(({ resources }) => resources),
    'Migrations create tables below a prefix, and a secret is named without the suffix that Secrets Manager adds.',
  );
  const documents = policyDocuments(stack, statements);
  if (documents.length > mostPolicies) {
    throw new Error(
      `Invalid configuration of ${scope.node.scope?.node.path}:\n` +
        `- The targets need ${documents.length} managed policies, at most ${mostPolicies} are possible: IAM attaches 10 to a role, ` +
        'and while a stack is updated the old and the new ones are attached together. Name fewer tables in `tables` ' +
        '(let migrations create tables, with `tableNamePrefix`), or share them out among several DatabaseMigrations.',
    );
  }
  for (const document of documents) {
    const digest = createHash('sha256')
      .update(JSON.stringify(stack.resolve(document)))
      .digest('hex');
    new iam.ManagedPolicy(scope, `Policy-${digest.slice(0, 8)}`, {
      document,
      roles,
      description: 'What a migrations engine may do to its databases',
    });
  }
}
