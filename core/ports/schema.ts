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
