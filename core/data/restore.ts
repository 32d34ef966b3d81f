import type { BeforeImage, ItemTable } from '../ports/items';
import { type PageResult, PageTally } from './page-work';

/** Takes changes back. What somebody else has changed since stays, and is noted. */
export async function restore(images: readonly BeforeImage[], table: ItemTable): Promise<PageResult> {
  const tally = new PageTally();
  const results = await table.restore(images);
  results.forEach((result, index) => {
    if (result === 'restored') tally.count('restored');
    else if (result === 'kept') {
      tally.leave('kept', table.nameOf(images[index]!), 'it was changed after the migration had changed it');
    }
  });
  return tally.result();
}
