import {
  type ApplicationAutoScalingClient,
  type PutScheduledActionCommandInput,
  ValidationException,
} from '@aws-sdk/client-application-auto-scaling';
import { describe, expect, it } from '@jest/globals';
import { scalingService } from '../../lambda/aws/auto-scaling';

const hour = 3_600_000;
const fromNow = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
const invalid = () => new ValidationException({ message: 'lies in the past', $metadata: {} });

/** Makes a scheduled action, in an AWS that refuses those that `refused` says. Returns what it accepted. */
async function schedule(input: object, refused: (input: PutScheduledActionCommandInput) => boolean) {
  const accepted: PutScheduledActionCommandInput[] = [];
  const send = async (command: { readonly input: PutScheduledActionCommandInput }) => {
    if (refused(command.input)) throw invalid();
    accepted.push(command.input);
  };
  const client = { send } as unknown as ApplicationAutoScalingClient;
  await scalingService(client).apply({ kind: 'schedule', input: { ScheduledActionName: 'one', ...input } });
  return accepted;
}

describe('a scheduled action of an index that is made again', () => {
  it('has its times back as times', async () => {
    const StartTime = fromNow(hour);

    expect(await schedule({ StartTime, Schedule: 'rate(1 day)' }, () => false)).toMatchObject([
      { StartTime: new Date(StartTime) },
    ]);
  });

  it.each([
    ['ran meanwhile', { Schedule: `at(${fromNow(-hour).slice(0, 19)})` }],
    ['ran meanwhile, somewhere east', { Schedule: `at(${fromNow(8 * hour).slice(0, 19)})`, Timezone: 'Asia/Tokyo' }],
    ['ended meanwhile', { Schedule: 'rate(1 day)', EndTime: fromNow(-hour) }],
  ])('is left out when it %s and is refused', async (_name, input) => {
    expect(await schedule(input, () => true)).toEqual([]);
  });

  it('begins at once when its beginning has passed and is refused', async () => {
    const input = { Schedule: 'rate(1 day)', StartTime: fromNow(-hour) };

    const [accepted, ...others] = await schedule(input, ({ StartTime }) => StartTime !== undefined);

    expect(accepted).toMatchObject({ Schedule: 'rate(1 day)' });
    expect(accepted).not.toHaveProperty('StartTime');
    expect(others).toEqual([]);
  });

  it('is refused for any other reason', async () => {
    const future = { Schedule: `at(${fromNow(48 * hour).slice(0, 19)})`, StartTime: fromNow(24 * hour) };

    await expect(schedule(future, () => true)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
