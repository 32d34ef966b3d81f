import type { Sandbox } from '@cdk-migrations/sandbox';

/** Calls by the signing name of their service. */
export type Calls = ReadonlyMap<string, number>;

/** Counts what arrives at the gateway of a sandbox. */
export class CallCounter {
  private calls = new Map<string, number>();

  constructor(sandbox: Sandbox) {
    sandbox.intercept({
      before: ({ service }) => {
        this.calls.set(service, (this.calls.get(service) ?? 0) + 1);
      },
    });
  }

  /** What was counted since the last time. */
  take(): Calls {
    const { calls } = this;
    this.calls = new Map();
    return calls;
  }
}
