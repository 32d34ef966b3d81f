import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { DatabaseMigrationsProps } from './database-migrations-props';

/** How the functions and the machine run, as far as the user may decide it. */
export interface EngineOptions {
  readonly vpc?: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly securityGroups?: ec2.ISecurityGroup[];
  readonly logEncryptionKey?: kms.IKey;
  readonly reservedConcurrentExecutions?: number;
  readonly deadLetterQueue?: sqs.IQueue;
}

/** A request that rolls back asks the engine to stop while that is at work: both are invocations of one function. */
const leastConcurrency = 2;

/** What is wrong with the options, each as a sentence. */
export function engineOptionErrors(props: DatabaseMigrationsProps): string[] {
  const { vpc, vpcSubnets, securityGroups, reservedConcurrentExecutions: reserved } = props;
  const errors: string[] = [];
  if (!vpc && vpcSubnets) errors.push('vpcSubnets has no effect without vpc. Set vpc, or omit vpcSubnets.');
  if (!vpc && securityGroups) errors.push('securityGroups has no effect without vpc. Set vpc, or omit securityGroups.');
  if (reserved !== undefined && !Token.isUnresolved(reserved)) {
    if (!Number.isInteger(reserved) || reserved < leastConcurrency) {
      errors.push(
        `reservedConcurrentExecutions must be a whole number, at least ${leastConcurrency}, got ${reserved}: while one request is ` +
          'worked on, the request that rolls it back must be received.',
      );
    }
  }
  return errors;
}
