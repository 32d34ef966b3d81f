import { CustomResource, type Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type CommitProperties, type MigrationsProperties, resourceTypes } from '../core/wire';

type Own<Properties> = Omit<Properties, 'ServiceTimeout'>;

/** The resource whose requests apply and undo migrations. */
export function migrationsResource(
  scope: Construct,
  serviceToken: string,
  timeout: Duration,
  properties: Own<MigrationsProperties>,
): CustomResource {
  return new CustomResource(scope, 'Migrations', {
    serviceToken,
    resourceType: resourceTypes.migrations,
    serviceTimeout: timeout,
    properties: { ...properties },
  });
}

/**
 * The commit marker. Creating or updating it does nothing, but its physical id changes with the revision, so
 * CloudFormation deletes the old id exactly when the stack update has succeeded and can no longer roll back: the commit.
 * After a rollback it deletes the new id instead (aws-facts CR-10, CFN-3 and CFN-4).
 */
export function commitMarker(
  migrations: CustomResource,
  serviceToken: string,
  timeout: Duration,
  properties: Own<CommitProperties>,
): CustomResource {
  const marker = new CustomResource(migrations.node.scope as Construct, 'Commit', {
    serviceToken,
    resourceType: resourceTypes.commit,
    serviceTimeout: timeout,
    properties: { ...properties },
  });
  marker.node.addDependency(migrations);
  return marker;
}
