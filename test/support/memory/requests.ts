import type { Requests } from '../../../core/ports';
import { isSuperseded, type Outcome, type RecordedRequest } from '../../../core/request/request';

export class MemoryRequests implements Requests {
  readonly kept = new Map<string, RecordedRequest>();

  async record(request: RecordedRequest): Promise<boolean> {
    const known = this.kept.has(request.key);
    if (!known) this.kept.set(request.key, request);
    return !known;
  }

  async find(_scope: string, key: string): Promise<RecordedRequest | undefined> {
    return this.kept.get(key);
  }

  async setOutcome(_scope: string, key: string, outcome: Outcome): Promise<void> {
    const request = this.kept.get(key);
    if (request && !request.outcome) this.kept.set(key, { ...request, outcome });
  }

  async supersede(by: RecordedRequest, outcome: Outcome): Promise<void> {
    for (const older of this.kept.values()) {
      if (isSuperseded(older, by)) await this.setOutcome(by.scope, older.key, outcome);
    }
  }

  async answered(_scope: string, key: string): Promise<void> {
    const request = this.kept.get(key);
    if (request) this.kept.set(key, { ...request, answered: true, responseUrl: undefined });
  }
}
