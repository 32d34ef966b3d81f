export {};

/** Why the engine refuses a deployment, or stops one. */
declare module '../errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * The file of an applied migration was edited afterwards (guarantee G5).
     * @remedy Restore the file as it was, and add a new migration for the change.
     */
    CHECKSUM_MISMATCH: { readonly migrations: readonly string[] };
    /**
     * A data migration was begun ahead, and its file or one of its databases is another one now. Nothing was changed.
     * @remedy Take back what was done ahead with `migrations backfill undo`, or restore the file as it was.
     */
    AHEAD_CHANGED: { readonly migration: string };
    /**
     * What was done ahead of a data migration is being taken back, which has not ended.
     * @remedy Let `migrations backfill undo` end; run it again if it was interrupted.
     */
    AHEAD_UNDOING: { readonly migration: string };
    /**
     * A data migration cannot be started ahead of its deployment.
     * @remedy Do what the message asks for, or let the deployment do the work.
     */
    CANNOT_START_AHEAD: { readonly migration: string };
    /**
     * A deployment has begun or applied what was started ahead, so it cannot be taken back by itself any more.
     * @remedy Wait for the deployment. When it is rolled back, what was done ahead is left, and can be taken back then.
     */
    CANNOT_UNDO_AHEAD: { readonly migration: string };
    /**
     * The deployed revision lacks migrations that are applied.
     * @remedy Deploy a revision that has them, or allow a downgrade with `onOlderRevision`.
     */
    OLDER_REVISION: { readonly surplus: readonly string[] };
    /**
     * The deployed revision lacks applied migrations and also brings new ones.
     * @remedy Merge both lines of development into one migrations folder, and deploy that.
     */
    DIVERGED_REVISION: { readonly surplus: readonly string[]; readonly pending: readonly string[] };
    /**
     * A downgrade would have to undo a migration that is irreversible, or whose contract phase has run.
     * @remedy Write a new migration that restores what the older revision needs.
     */
    CANNOT_DOWNGRADE: { readonly migrations: readonly string[] };
    /**
     * Another scope migrates this database (guarantee G4).
     * @remedy Migrate each database from one stack only.
     */
    TARGET_CLAIMED: { readonly target: string };
    /**
     * An update gives the construct another scope or another ledger table, so a rollback could not find its migrations.
     * @remedy Keep both; or remove the construct in one deployment and add it again in the next.
     */
    SCOPE_MOVED: { readonly scope: string; readonly previousScope: string };
    /**
     * A stack update makes a database reachable and migrates it; failing, it could not be rolled back (guarantee G1).
     * @remedy Use two deployments: turn on the Data API in the first, deploy the migrations in the second.
     */
    DOOR_OPENED_TOO_LATE: { readonly target: string };
    /**
     * The databases were migrated by a construct that was removed, and its ledger, which knows them, was not given.
     * @remedy Give the construct that table as `ledgerTable`.
     */
    LEDGER_LEFT_BEHIND: { readonly ledger: string; readonly scope: string };
    /**
     * The database's history lacks migrations that the ledger says were applied, for example after a restore.
     * @remedy Restore a backup that has them, or correct the ledger to match the database.
     */
    HISTORY_MISSING: { readonly target: string };
    /**
     * The database is not what the migrations up to the baseline produce, so they cannot be recorded as applied to it.
     * @remedy Change the database or the migrations until they agree, or lower the baseline. What belongs to others, the target can `ignore`.
     */
    BASELINE_DIFFERS: { readonly target: string; readonly baseline: string; readonly differences: number };
    /**
     * A migration up to the baseline depends on one that is later than it.
     * @remedy Choose a version that has all that its migrations depend on.
     */
    BASELINE_SPLIT: { readonly target: string; readonly baseline: string };
    /**
     * Nothing can be recorded as applied at present: a deployment is open, the database is empty or was never deployed to, a
     * later migration is applied, or no migration is left up to the version.
     * @remedy Do what the hint says.
     */
    BASELINE_REFUSED: { readonly target: string; readonly baseline: string };
    /**
     * CloudFormation no longer waits for this request.
     * @remedy None is needed: the stack has moved on. Deploy again if the change is still wanted.
     */
    SUPERSEDED: NoPayload;
    /**
     * The time for applying migrations ran out, before a migration or while one waited for its database.
     * @remedy Split long migrations over several deployments, or allow more time for applying them. An index can be built in the
     * background, with `waitForBuild` of `addGlobalIndex`.
     */
    FORWARD_TIMEOUT: NoPayload;
    /**
     * CloudFormation's rollback skipped this resource, so the database is ahead of the stack.
     * @remedy Run `migrations repair` to undo the migrations, or deploy the newer revision again.
     */
    ROLLBACK_SKIPPED: NoPayload;
    /**
     * An undo plan in the ledger is not what the audit events say was written (guarantee G7).
     * @remedy Find out who changed the ledger, restore the item, then run `migrations repair`.
     */
    UNDO_PLAN_EDITED: { readonly key: string };
    /**
     * A migration that cannot be undone would have to be.
     * @remedy Restore the database from its backup, or undo the change by hand.
     */
    IRREVERSIBLE: { readonly migration?: string };
  }
}
