import type { SchemaObject, SqlResult } from '../../../core/ports';

/**
 * Reads a catalogue page by page: rows of `kind`, `name`, `part` and `text`, which say in `pages` how many pages there are. The parts
 * of one definition are rows one after the other.
 */
export async function readObjects(read: (page: number) => Promise<SqlResult>): Promise<readonly SchemaObject[]> {
  const objects: { kind: string; name: string; definition: string }[] = [];
  let pages = 1;
  for (let page = 0; page < pages; page += 1) {
    const { rows } = await read(page);
    for (const row of rows) {
      pages = Number(row.pages);
      const [kind, name, text] = [String(row.kind), String(row.name), String(row.text)];
      if (Number(row.part) === 0) objects.push({ kind, name, definition: text });
      else objects.at(-1)!.definition += text;
    }
  }
  return objects;
}
