import type { BeforeImage, ItemTable } from '../ports/items';
import { type PageResult, PageTally } from './page-work';

/** Takes changes back. What somebody else has changed since stays, and is noted. */
export async function restore(images: readonly BeforeImage[], table: ItemTable): Promise<PageResult> {
  const tally = new PageTally();
  const results = await table.restore(images);
  results.forEach((result, index) => {
    if (result === 'restored') tally.count('restored');
    else if (result !== 'already') {
      const why = result === 'kept' ? 'it was changed after the migration had changed it' : result.refused.message;
      tally.leave('kept', table.nameOf(images[index]!), why);
    }
  });
  return tally.result();
}
