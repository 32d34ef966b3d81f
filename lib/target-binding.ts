import type { CfnResource, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DatabaseKind, TargetProperties } from '../core/wire';

/** What the construct needs of a target, whatever its engine. */
export interface TargetBinding {
  readonly databaseKind: DatabaseKind;
  /** What is wrong with it, known when it is declared. Texts complete the sentence `Target 'x': ...`. */
  readonly errors: readonly string[];
  /** What must not be in two targets, with a word for it. Two equal ones, or one that contains the other, clash. */
  readonly claims: readonly TargetClaim[];
  /** Resources of this app that must exist before the first migration. */
  readonly resources: readonly CfnResource[];
  /** Errors that can be known only when the app is complete. */
  validate(): readonly string[];
  /** @param owner names this target of this construct, for targets that are no single thing in AWS */
  properties(stack: Stack, owner: string): TargetProperties;
  /** What the function that does the work must be allowed to do. */
  permissions(stack: Stack): PolicyStatement[];
  /** Physical name of a table. Undefined when the target cannot have such a table. */
  tableName(logicalName: string): string | undefined;
  /** Logical names of the tables it was given. */
  readonly tables: readonly string[];
}

export interface TargetClaim {
  readonly what: string;
  readonly value: string;
  /** True when it claims everything that begins with the value. */
  readonly prefix: boolean;
}
