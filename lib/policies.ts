/** What to do when the deployed migrations lack some that are applied already, outside of a rollback. */
export enum OlderRevisionPolicy {
  /** Fail the deployment before anything changes. */
  REFUSE = 'refuse',
  /** Undo the migrations that the deployed revision lacks. */
  DOWNGRADE = 'downgrade',
}

/** What happens to the migrated databases when the construct leaves the stack, or the stack is deleted. */
export enum MigrationsRemoval {
  /** Leave every schema and every row as it is. */
  RETAIN = 'retain',
  /** Undo all migrations, newest first. This deletes the tables that migrations created, with their data. */
  REVERT = 'revert',
}
