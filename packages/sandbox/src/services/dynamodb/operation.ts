import type { Clock } from '../clock';
import type { Input } from '../input';
import type { Delay } from './assumptions';
import type { BackupStore } from './backup-store';
import type { Lifecycle } from './lifecycle';
import type { TableFactStore } from './table-facts';

/** What the operations that differ from dynoxide's work with. */
export interface OperationContext {
  readonly lifecycle: Lifecycle;
  readonly facts: TableFactStore;
  readonly backups: BackupStore;
  readonly delay: Delay;
  readonly clock: Clock;
  /** Told when the deletion of an index begins. */
  readonly onIndexDeleted: (table: string, index: string) => void;
  /** Asks dynoxide, with ARNs translated in the answer. Rejects with the AwsError that it answered. */
  forward(operation: string, input: Input): Promise<Input>;
}

export type Operation = (input: Input, context: OperationContext) => Promise<Input>;
