/**
 * SDK clients that are seldom needed, each for a few questions. The build makes this one file of them (scripts/build.mjs):
 * installing their packages would cost every user of the library 10 MB.
 */
export {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  ObjectNotFoundException,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  paginateDescribeScalableTargets,
  paginateDescribeScalingPolicies,
  paginateDescribeScheduledActions,
  RegisterScalableTargetCommand,
  ValidationException as ScalingValidationException,
} from '@aws-sdk/client-application-auto-scaling';
export { DBClusterNotFoundFault, DescribeDBClustersCommand, RDSClient } from '@aws-sdk/client-rds';
export { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
