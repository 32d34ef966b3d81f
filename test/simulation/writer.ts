import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { firstOfWriter } from './expected';
import type { SimulationWorld } from './world';

/**
 * An application that goes on writing while its databases are migrated. It waits for nobody: a write that is not accepted,
 * because its table is not there, was never promised. What was accepted must be there at the end.
 */
export class Writer {
  private next = firstOfWriter;
  private writing: Promise<void> | undefined;
  readonly acknowledged = { rows: new Set<number>(), items: new Set<string>() };

  constructor(private readonly world: SimulationWorld) {}

  /** Writes once more, unless the last write is still under way. */
  readonly write = (): void => {
    if (this.writing) return;
    const id = this.next++;
    this.writing = Promise.all([this.writeRow(id), this.writeItem(`w${id}`)]).then(() => {
      this.writing = undefined;
    });
  };

  /** Resolves when no write is under way. */
  async ended(): Promise<void> {
    await this.writing;
  }

  /** What of the accepted writes is not there. */
  async missing(): Promise<string | undefined> {
    const { rows, items } = await this.world.written();
    const lost = [
      ...[...this.acknowledged.rows].filter((id) => !rows.has(id)).map((id) => `row ${id}`),
      ...[...this.acknowledged.items].filter((id) => !items.has(id)).map((id) => `item ${id}`),
    ];
    return lost.length === 0 ? undefined : `accepted writes are lost: ${lost.join(', ')}`;
  }

  private async writeRow(id: number): Promise<void> {
    try {
      await this.world.sql(`INSERT INTO public.users (id, name) VALUES (${id}, 'writer')`);
      this.acknowledged.rows.add(id);
    } catch {
      // The table is not there.
    }
  }

  private async writeItem(id: string): Promise<void> {
    const Item = { id: { S: id }, week: { S: '2026-W02' } };
    try {
      await this.world.dynamodb.send(new PutItemCommand({ TableName: this.world.plans, Item }));
      this.acknowledged.items.add(id);
    } catch {
      // The table is not there.
    }
  }
}
