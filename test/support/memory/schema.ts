import type { HeldLease, SchemaDatabase, Target } from '../../../core/ports';

/** A database in memory of which there can be more than one. */
export interface ScratchSource {
  readonly statements: readonly string[];
  /** The scratch databases beside it, by name. */
  readonly scratches: Map<string, ScratchSource>;
  /** Another, empty one. */
  another(): ScratchSource;
  open(lease: HeldLease): Target;
}

/** Each statement that took effect is an object of the schema; `beyond ...` would change more than its own database. */
export function memorySchema(database: ScratchSource, lease: HeldLease): SchemaDatabase {
  return {
    snapshot: async () => ({
      objects: [...database.statements].sort().map((text) => ({ kind: 'statement', name: text, definition: text })),
    }),
    async scratch(name) {
      await lease.guard();
      const scratch = database.scratches.get(name) ?? database.another();
      database.scratches.set(name, scratch);
      return {
        target: { ...scratch.open(lease), schema: memorySchema(scratch, lease) },
        async drop() {
          await lease.guard();
          database.scratches.delete(name);
        },
      };
    },
    reachesBeyond: (statement) => (statement.startsWith('beyond ') ? 'another database' : undefined),
  };
}
