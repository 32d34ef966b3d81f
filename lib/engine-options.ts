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
  readonly backfillConcurrency?: number;
  readonly deadLetterQueue?: sqs.IQueue;
}

/** Enough for the write capacity with which an on-demand table begins, and far below the concurrency of a new account. */
const usualWorkers = 10;

/** Step Functions starts up to 10,000 children of a Distributed Map at a time (aws-facts SFN-3); Lambda and the table take fewer. */
const mostWorkers = 1_000;

/** How many workers of a data migration there may be at the same time. */
export function workersOf({ backfillConcurrency = usualWorkers }: EngineOptions): number {
  return backfillConcurrency;
}

/** A request that rolls back asks the engine to stop while that is at work: both are invocations of one function. */
const leastConcurrency = 2;

/** What is wrong with the options, each as a sentence. */
export function engineOptionErrors(props: DatabaseMigrationsProps): string[] {
  const { vpc, vpcSubnets, securityGroups, reservedConcurrentExecutions: reserved } = props;
  const workers = workersOf(props);
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
  if (!Token.isUnresolved(workers) && (!Number.isInteger(workers) || workers < 1 || workers > mostWorkers)) {
    errors.push(`backfillConcurrency must be a whole number from 1 to ${mostWorkers}, got ${workers}.`);
  }
  return errors;
}
