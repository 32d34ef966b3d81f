import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { patiently } from '../../lambda/aws/retry';

const named = (name: string) => Object.assign(new Error(`what ${name} says`), { name });

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Runs something, and lets so many seconds pass. */
async function within<T>(seconds: number, work: Promise<T>): Promise<T | Error | 'pending'> {
  const settled = Promise.race([work.catch((error: Error) => error), later(seconds)]);
  await jest.advanceTimersByTimeAsync(seconds * 1000);
  return settled;
}

function later(seconds: number): Promise<'pending'> {
  return new Promise((resolve) => setTimeout(() => resolve('pending'), seconds * 1000));
}

describe('retrying', () => {
  it.each([
    'DatabaseResumingException',
    'AccessDeniedException',
    'ThrottlingException',
    'Throttling',
    'TooManyUpdates',
  ])('continues after %s until it passes', async (name) => {
    const work = jest
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(named(name))
      .mockRejectedValueOnce(named(name))
      .mockResolvedValue('done');

    expect(await within(5, patiently(work))).toBe('done');
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('stops at other errors', async () => {
    const work = jest.fn<() => Promise<string>>().mockRejectedValue(named('ValidationException'));

    expect(await within(1, patiently(work))).toMatchObject({ name: 'ValidationException' });
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('lasts long enough for a paused cluster, and ends', async () => {
    const work = jest.fn<() => Promise<string>>().mockRejectedValue(named('DatabaseResumingException'));
    const waiting = patiently(work);

    expect(await within(60, waiting)).toBe('pending');
    expect(await within(30, waiting)).toMatchObject({ name: 'DatabaseResumingException' });
    expect(work.mock.calls.length).toBeLessThan(60);
  });

  it('ends with a readable error when permissions never come', async () => {
    const work = jest.fn<() => Promise<string>>().mockRejectedValue(named('AccessDeniedException'));

    expect(await within(100, patiently(work))).toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('75 s'),
    });
  });

  it('continues after the errors that the caller names', async () => {
    const work = jest.fn<() => Promise<string>>().mockRejectedValueOnce(named('Mine')).mockResolvedValue('done');

    expect(
      await within(
        5,
        patiently(work, (error) => error instanceof Error && error.name === 'Mine'),
      ),
    ).toBe('done');
  });
});
