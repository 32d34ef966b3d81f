import type { Json } from '../resource-type';
import type { DeletionPolicy, DisposalPolicy } from '../stack/stack-record';

/** A resource whose condition holds, with its position in the graph. */
export interface PreparedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: { readonly [key: string]: Json };
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DisposalPolicy;
}
