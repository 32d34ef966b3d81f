import type { DataAction, DataPlace } from '../bundle/data-action';
import type { SeedPart, SeedSource } from '../bundle/seed';
import type { ItemTable } from '../ports/items';
import { SeedRows } from './seed-rows';
import type { DataTables } from './segment-work';

/**
 * Opens what an action works on.
 * @param seedPart reads a part of the file that is the source of an action
 */
export async function openTables(
  { source, destination }: DataAction,
  open: (place: DataPlace) => Promise<ItemTable>,
  seedPart: (seed: SeedSource, part: SeedPart) => Promise<Uint8Array>,
): Promise<DataTables> {
  if ('file' in source) {
    return { source: new SeedRows(source, (part) => seedPart(source, part)), destination: await open(destination!) };
  }
  const from = await open(source);
  return destination ? { source: from, destination: await open(destination) } : { source: from };
}
