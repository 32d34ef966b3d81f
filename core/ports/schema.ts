import type { Target } from './target';

/** One object of a schema, as its database's catalogue describes it at the moment. */
export interface SchemaObject {
  /** In words of the database: `table`, `column`, `index`, `constraint`, `view`, `function` and so on. */
  readonly kind: string;
  /** Qualified, and unique within its kind. */
  readonly name: string;
  /**
   * A canonical text for people. Neither the order in which objects were made nor a name that the database invented shows in
   * it, so two databases have the same schema exactly when their objects have the same definitions.
   */
  readonly definition: string;
}

export interface SchemaSnapshot {
  /** Ordered by kind and name. Without what the protocol keeps, and without what extensions own. */
  readonly objects: readonly SchemaObject[];
}

/** The schema of a database, and empty databases beside it in which migrations can be tried. */
export interface SchemaDatabase {
  /** Reads the catalogue and changes nothing. */
  snapshot(): Promise<SchemaSnapshot>;
  /**
   * The scratch database of this name: the one that is there already, or a new and empty one.
   * @param name at most 24 characters: small letters, digits and `_`
   */
  scratch(name: string): Promise<Scratch>;
  /**
   * What a statement would change outside the scratch database in which it runs, in words that complete `it changes ...`;
   * undefined for a statement that stays inside.
   */
  reachesBeyond(statement: string): string | undefined;
}

/** An empty database of the same kind, for a while. */
export interface Scratch {
  /** Its history is its own. `prepare()` was not called. */
  readonly target: Target & { readonly schema: SchemaDatabase };
  /** Removes the database with all that is in it. Removing it again is no error. */
  drop(): Promise<void>;
}
