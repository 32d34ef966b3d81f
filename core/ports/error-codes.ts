export {};

/** What the ports to AWS and the databases can answer with, and what code in a migration can do. */
declare module '../errors/error-payloads' {
  interface ErrorPayloads {
    /**
     * Another process has taken over the lease, or asked this one to stop (guarantee G4).
     * @remedy None is needed: the process that holds the lease finishes the work.
     */
    LEASE_LOST: NoPayload;
    /**
     * Another process changed the ledger after this one had read it.
     * @remedy None is needed in a deployment, which reads the ledger again. Repeat a command that failed with it.
     */
    STATE_CHANGED: NoPayload;
    /**
     * A transaction of an earlier call is still open in the database and holds locks.
     * @remedy Wait: the RDS Data API ends an abandoned transaction three minutes after its last statement.
     */
    DATABASE_BUSY: NoPayload;
    /**
     * The database no longer exists, and there is proof: RDS does not know its cluster, or the cluster does not know it.
     * @remedy Check the names of the cluster and the database.
     */
    TARGET_GONE: NoPayload;
    /**
     * The database cannot be reached: its cluster has no instance, its Data API is off, or its secret cannot be read. It
     * may well exist, so nothing is decided and nothing is forgotten (guarantee G8).
     * @remedy Make it reachable, then deploy again or continue the rollback.
     */
    TARGET_UNREACHABLE: NoPayload;
    /**
     * The assets bucket has no bundle where the deployment says it is, for example because `cdk gc` deleted it.
     * @remedy Deploy the same revision again, which uploads the bundle.
     */
    BUNDLE_MISSING: NoPayload;
    /**
     * The compiled bundle lacks a function that the manifest promises.
     * @remedy Build the bundle again and deploy it.
     */
    CODE_MISSING: { readonly migration: string };
    /**
     * The database refused a SQL statement.
     * @remedy Correct the statement that the message names, and deploy again.
     */
    STATEMENT_FAILED: {
      /** Five characters that tell errors of SQL apart. */
      readonly sqlState?: string;
      /** A number that tells MySQL's errors apart. */
      readonly errorNumber?: number;
      readonly statement?: string;
      /** Only from the command that runs SQL in a sandbox. */
      readonly cluster?: string;
      /** Likewise. */
      readonly database?: string;
    };
    /**
     * A SQL statement took longer than the RDS Data API waits.
     * @remedy Split the statement into smaller ones, or run CREATE INDEX CONCURRENTLY outside a transaction.
     */
    STATEMENT_TIMEOUT: { readonly statement?: string };
    /**
     * A section did not get a lock, although it was tried again for a while: other transactions held it all the time.
     * Nothing of the section stays.
     * @remedy End the transaction that the message names, or deploy again when the table is used less.
     */
    LOCK_NOT_AVAILABLE: {
      readonly sqlState?: string;
      readonly statement?: string;
      /** Of the sessions that held the lock. */
      readonly pids?: readonly number[];
    };
    /**
     * A function of a TypeScript migration threw, or its module did while it was loaded.
     * @remedy Correct the function at the location given, and deploy again.
     */
    CODE_FAILED: {
      /** The last one that the function ran. */
      readonly statement?: string;
    };
  }
}
