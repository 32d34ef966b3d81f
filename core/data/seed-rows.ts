import type { SeedPart, SeedSource } from '../bundle/seed';
import type { Checkpoint, Item, ItemPage, ItemSource, StoredItem, TablePart } from '../ports/items';

/** A line of the file beside the bundle, see {@link SeedSource}. */
type Row = readonly [line: number, ...values: unknown[]];

interface PlacedPart extends SeedPart {
  /** The number of its first row in the file. */
  readonly from: number;
}

/**
 * The rows of a seed file as items. A segment has a range of them, and reads the parts that have it: a part at the border of
 * two segments is read by both.
 */
export class SeedRows implements ItemSource {
  private readonly parts: readonly PlacedPart[];
  private readonly names = new WeakMap<Item, string>();
  /** The part that was read last: pages are smaller than parts. */
  private loaded: { readonly part: PlacedPart; readonly rows: Promise<readonly Row[]> } | undefined;

  constructor(
    private readonly seed: SeedSource,
    private readonly read: (part: SeedPart) => Promise<Uint8Array>,
  ) {
    let from = 0;
    this.parts = seed.parts.map((part) => {
      const placed = { ...part, from };
      from += part.rows;
      return placed;
    });
  }

  async estimate(): Promise<number> {
    return this.seed.rows;
  }

  /** A segment's number is enough. */
  async divide(): Promise<undefined> {
    return undefined;
  }

  async page({ number, of }: TablePart, after: Checkpoint | undefined, limit: number): Promise<ItemPage> {
    const border = (segment: number) => Math.floor((this.seed.rows * segment) / of);
    const first = (after?.['row'] as number | undefined) ?? border(number);
    const end = border(number + 1);
    const part = this.parts.find(({ from, rows }) => first >= from && first < from + rows);
    if (first >= end || !part) return { items: [] };
    const rows = (await this.rowsOf(part)).slice(
      first - part.from,
      Math.min(end - part.from, first - part.from + limit),
    );
    const next = first + rows.length;
    return { items: rows.map((row) => this.itemOf(row)), ...(next < end && { next: { row: next } }) };
  }

  /** Its place in the file, such as `foods.csv:17`. */
  keyOf(item: Item): string {
    return this.names.get(item)!;
  }

  private rowsOf(part: PlacedPart): Promise<readonly Row[]> {
    if (this.loaded?.part === part) return this.loaded.rows;
    const rows = this.read(part).then(parse);
    this.loaded = { part, rows };
    // Whoever asks for it again tries again.
    rows.catch(() => {
      this.loaded = undefined;
    });
    return rows;
  }

  private itemOf([line, ...values]: Row): StoredItem {
    const { columns, file } = this.seed;
    const item = columns
      ? Object.fromEntries(columns.map((name, index) => [name, values[index]]))
      : (values[0] as Item);
    this.names.set(item, `${file}:${line}`);
    return { item, stored: line };
  }
}

function parse(bytes: Uint8Array): readonly Row[] {
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}
