import { isDeepStrictEqual } from 'node:util';
import type { Story } from './story';

/** What the demo promises. Each is said when it is checked, and those not met once more at the end. */
export class Expectations {
  private readonly unmet: string[] = [];
  private met = 0;

  constructor(private readonly story: Story) {}

  that(promise: string, kept: boolean, otherwise: unknown = ''): void {
    if (kept) {
      this.met += 1;
      this.story.good(promise);
      return;
    }
    const text = typeof otherwise === 'string' ? otherwise : JSON.stringify(otherwise, null, 2);
    this.unmet.push(promise);
    this.story.bad(text === '' ? promise : `${promise}\n${text}`);
  }

  equal(promise: string, actual: unknown, expected: unknown): void {
    this.that(promise, isDeepStrictEqual(actual, expected), { actual, expected });
  }

  /** The exit code of the demo. */
  conclude(): number {
    const seconds = this.story.seconds.toFixed(1);
    this.story.chapter(
      this.unmet.length === 0 ? `All ${this.met} promises kept, in ${seconds} s.` : 'Not as promised:',
    );
    for (const promise of this.unmet) this.story.tell(promise);
    return this.unmet.length === 0 ? 0 : 1;
  }
}
