import { expect, test } from '@jest/globals';
import { AwsError } from '../../src/aws-error';
import { AsyncQueue, type AsyncQueueOptions, type LostEvent } from '../../src/services/lambda/async-queue';

function queue(options: Pick<AsyncQueueOptions, 'invoke'> & Partial<AsyncQueueOptions>) {
  const lost: LostEvent[] = [];
  const made = new AsyncQueue({
    retries: () => 2,
    maxAgeMs: () => 21_600_000,
    retryDelayMs: 0,
    onGivenUp: (event) => lost.push(event),
    ...options,
  });
  return { made, lost };
}

const throttled = () => new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
const error = { errorType: 'Error', errorMessage: 'no' };

test('an event that is throttled for longer than it may wait is given up without an attempt', async () => {
  const invoke = () => Promise.reject(throttled());
  const { made, lost } = queue({ invoke, maxAgeMs: () => 0 });
  made.push('f', '{}', 'r1');
  await made.drained();
  expect(lost).toMatchObject([{ requestId: 'r1', condition: 'EventAgeExceeded', attempts: 0, result: undefined }]);
});

test('throttling uses up none of the attempts', async () => {
  const outcomes = ['throttled', 'failed', 'throttled', 'failed', 'failed'];
  const invoke = async () => {
    if (outcomes.shift() === 'throttled') throw throttled();
    return { payload: JSON.stringify(error), error };
  };
  const { made, lost } = queue({ invoke });
  made.push('f', '{}', 'r1');
  await made.drained();
  expect(outcomes).toEqual([]);
  expect(lost).toMatchObject([{ condition: 'RetriesExhausted', attempts: 3, result: { error } }]);
});
