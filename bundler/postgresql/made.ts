import type { ObjectChange } from '../../core/bundle/safety';
import type { Node } from './parser';
import { effectsOf, qualified } from './tree';

/** Tables, views and indexes that one migration has made so far: nobody waits for them, and they have few rows. */
export class Made {
  private readonly names = new Set<string>();

  has(name: string | undefined): boolean {
    return name !== undefined && this.names.has(name);
  }

  /** @param changes what the statement does, as ./changes says */
  add(statement: Node, changes: readonly ObjectChange[]): void {
    for (const { change, object, name, newName, uncertain } of changes) {
      if (change === 'create' && ['table', 'view'].includes(object) && !uncertain) this.names.add(name);
      if (newName !== undefined && this.names.has(name)) this.names.add(newName);
    }
    for (const node of effectsOf(statement)) {
      if (!('IndexStmt' in node)) continue;
      const { idxname, relation, concurrent, if_not_exists } = node.IndexStmt;
      // One that is built concurrently is one of a big table.
      if (idxname && !concurrent && !if_not_exists) this.names.add(qualified([relation?.schemaname, idxname]));
    }
  }
}
