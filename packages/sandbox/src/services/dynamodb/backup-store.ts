import type { StateStore } from '../../state';
import type { Input } from '../input';

/** A backup of a table: it outlives the table. */
export interface Backup {
  readonly arn: string;
  readonly name: string;
  readonly table: string;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly completeAt: number;
  /** As DescribeTable showed the table. */
  readonly description: Input;
  readonly items: readonly Input[];
}

const DOCUMENT = 'dynamodb-backups.json';

/** Kept in the state folder, oldest first. */
export class BackupStore {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  list(): readonly Backup[] {
    return this.#state.read<readonly Backup[]>(DOCUMENT, []);
  }

  put(backup: Backup): void {
    this.#state.write(DOCUMENT, [...this.list(), backup]);
  }

  remove(arn: string): void {
    this.#state.write(
      DOCUMENT,
      this.list().filter((backup) => backup.arn !== arn),
    );
  }
}
