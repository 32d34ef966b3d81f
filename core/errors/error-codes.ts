export {};

/** What reports several errors together. */
declare module './error-payloads' {
  interface ErrorPayloads {
    /**
     * The migrations folder has mistakes. The message lists them all, each with its own code and location; programs find
     * them in `errors`.
     * @remedy Correct each mistake that is listed.
     */
    INVALID_MIGRATIONS: NoPayload;
  }
}
