/** A program that has the commands of the sandbox among its own, such as `migrations sandbox deploy`. */
export interface CommandLineHost {
  /** What users type before the name of a command, for help and advice: `migrations sandbox`. */
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Names that databases have beside CLUSTER/DATABASE. */
  readonly databaseNames?: DatabaseNames;
  /** What to run before the rollback of a stack is continued: `migrations repair`. */
  readonly repairCommand?: string;
}

export interface DatabaseNames {
  /** For the help of `sql`: `name of a deployed target`. */
  readonly about: string;
  /** Rejects when there is no such database. */
  find(name: string, stateFolder: string): Promise<Database>;
}

export interface Database {
  /** ARN or identifier. */
  readonly cluster: string;
  readonly name: string;
}
