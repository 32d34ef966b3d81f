import type { DataFunctions } from '../ports/data-functions';

/** Code of a migration was ended that had run for longer than it may. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** For one item, a function of the migration does not return. */
export class EndlessFunction extends Error {
  override readonly name = 'EndlessFunction';

  /** @param key of the item */
  constructor(readonly key: string) {
    super('a function of the migration does not return for it');
  }
}

/** The process may have been stopped while it worked on an item: that alone makes it late. */
const mostAttempts = 2;

/**
 * Calls code of a migration for one item after the other. What it has done for an item counts when it returns.
 * @throws EndlessFunction
 */
export function eachItem<T>(
  items: readonly T[],
  { within = (work) => work() }: Pick<DataFunctions, 'within'>,
  keyOf: (item: T) => string,
  work: (item: T) => void,
): void {
  let at = 0;
  for (let attempt = 1; at < items.length; ) {
    const from = at;
    try {
      within(() => {
        for (; at < items.length; at += 1) work(items[at]!);
      });
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      // The time was for all of them; the one at hand gets it for itself.
      attempt = at === from ? attempt + 1 : 1;
      if (attempt > mostAttempts) throw new EndlessFunction(keyOf(items[at]!));
    }
  }
}
