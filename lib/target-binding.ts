import type { CfnResource, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { ClaimName } from '../core/protocol/claim-names';
import type { DatabaseKind, TargetProperties } from '../core/wire';

/** What the construct needs of a target, whatever its engine. */
export interface TargetBinding {
  readonly databaseKind: DatabaseKind;
  /** The version of the database's engine, such as 16.4, when the app says it. */
  readonly engineVersion?: string;
  /** The version up to which a database that exists already has what the migrations make. */
  readonly baseline?: string;
  /** What is in it and no business of the migrations. */
  readonly ignore?: readonly string[];
  /** What is wrong with it, as far as known when it is declared. Each completes the sentence `Target 'x': ...`. */
  readonly errors: readonly string[];
  /** What no other target of the app may have too. */
  claims(owner: IConstruct): readonly TargetClaim[];
  /** Resources of this app that must exist before the first migration. */
  readonly resources: readonly CfnResource[];
  /** Errors that can be known only when the app is complete. */
  validate(): readonly string[];
  /** @param owner names this target of this construct, for targets that are no single thing in AWS */
  properties(stack: Stack, owner: string): TargetProperties;
  /** What the tick function must be allowed to do. */
  permissions(stack: Stack): PolicyStatement[];
  /** The physical name of a table. Undefined when the target cannot have such a table. */
  tableName(logicalName: string): string | undefined;
  /** Logical names of the tables that exist outside of the migrations. */
  readonly tables: readonly string[];
}

/** What a target claims. */
export interface TargetClaim extends ClaimName {
  /** The account and region that it is in. */
  readonly environment: string;
}
