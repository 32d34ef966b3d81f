import type { ObservedCall, Sandbox } from '@cdk-migrations/sandbox';

interface Calls {
  readonly count: number;
  /** From when the service sees the request to when it has the answer. */
  readonly seconds: number;
}

/** Calls by the signing name of their service. */
export type CallsByService = ReadonlyMap<string, Calls>;

/** Counts what arrives at the gateway of a sandbox. */
export class CallCounter {
  private calls = new Map<string, Calls>();
  private readonly begun = new WeakMap<ObservedCall, number>();

  constructor(sandbox: Sandbox) {
    sandbox.intercept({
      before: (call) => {
        this.begun.set(call, performance.now());
        this.add(call, { count: 1, seconds: 0 });
      },
      after: (call) => this.add(call, { count: 0, seconds: (performance.now() - this.begun.get(call)!) / 1000 }),
    });
  }

  /** What was counted since the last time. */
  take(): CallsByService {
    const { calls } = this;
    this.calls = new Map();
    return calls;
  }

  private add({ service }: ObservedCall, { count, seconds }: Calls): void {
    const before = this.calls.get(service) ?? { count: 0, seconds: 0 };
    this.calls.set(service, { count: before.count + count, seconds: before.seconds + seconds });
  }
}
