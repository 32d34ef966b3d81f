import type { Checkpoint, ItemPage } from '../ports/items';

/**
 * Reads the pages of a segment, each while the one before it is worked on. What is read ahead is no progress: a worker that
 * stops forgets it, and changes of items that were read long ago depend on what was read like any other.
 */
export class PageReader {
  private ahead: { readonly after: Checkpoint; readonly page: Promise<ItemPage> } | undefined;

  constructor(private readonly readPage: (after: Checkpoint | undefined) => Promise<ItemPage>) {}

  async read(after: Checkpoint | undefined): Promise<ItemPage> {
    const ahead = this.ahead;
    this.ahead = undefined;
    const page = await (ahead && ahead.after === after ? ahead.page : this.readPage(after));
    if (page.next) this.readAhead(page.next);
    return page;
  }

  private readAhead(after: Checkpoint): void {
    const page = this.readPage(after);
    // It is thrown to whoever asks for the page, and to nobody if nobody does.
    page.catch(() => undefined);
    this.ahead = { after, page };
  }
}
