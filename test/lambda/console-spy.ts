import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import { signature } from './response-bucket';

/** Collects what a file's tests log, and holds after each that no response URL is in it. */
export function watchConsole(): { readonly lines: readonly string[] } {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      jest
        .spyOn(console, level)
        .mockImplementation((...parts: unknown[]) => void lines.push(parts.map(String).join(' ')));
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
    for (const line of lines) {
      expect(line).not.toContain(signature);
      expect(line).not.toContain('ResponseURL');
    }
  });
  return { lines };
}
