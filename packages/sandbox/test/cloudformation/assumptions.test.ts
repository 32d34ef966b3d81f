import { describe, expect, it } from '@jest/globals';
import { cloudFormationAssumptions, isAssumptionName, readAssumptions } from '../../src/cloudformation/assumptions';
import { type CustomRequest, gate, triad, World } from './world';

describe('readAssumptions', () => {
  it('uses the first value of each assumption as its default', () => {
    const defaults = readAssumptions();
    for (const [name, { values }] of Object.entries(cloudFormationAssumptions)) {
      expect(defaults[name as keyof typeof defaults]).toBe(values[0]);
    }
  });

  it('uses the values that are given', () => {
    expect(readAssumptions({ 'rollback-order': 'reverse' })['rollback-order']).toBe('reverse');
  });

  it('refuses a name it does not know, and lists those it does', () => {
    expect(() => readAssumptions({ 'rollback-ordr': 'reverse' })).toThrow(
      /^There is no assumption 'rollback-ordr'\. Those of CloudFormation are: rollback-order, rollback-physical-id, /,
    );
    expect(isAssumptionName('toString')).toBe(false);
  });

  it('refuses a value it does not allow, and lists those it does', () => {
    expect(() => readAssumptions({ 'rollback-order': 'random' })).toThrow(
      "Assumption 'rollback-order' cannot be 'random'. Allowed: dependency, reverse.",
    );
  });

  it('describes each value of each assumption', () => {
    for (const { about } of Object.values(cloudFormationAssumptions)) {
      expect(about).toMatch(/^[A-Z].*\.$/);
    }
  });
});

/** Switches that no other file turns. */
describe('assumptions', () => {
  const idOf = ({ RequestType, PhysicalResourceId, ResourceProperties }: CustomRequest): string | undefined => {
    return RequestType === 'Delete' ? PhysicalResourceId : `v${ResourceProperties.Version}`;
  };

  async function deployed(assume: Record<string, string>): Promise<World> {
    const aws = new World({ assume });
    aws.handler = (request) => ({ PhysicalResourceId: idOf(request) });
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('1') });
    aws.takeLog();
    return aws;
  }

  it('rollback-order=reverse rolls back what depends on others first', async () => {
    const aws = await deployed({ 'rollback-order': 'reverse' });
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('2'), fail: [{ logicalId: 'T' }] });
    const requests = aws.takeLog().filter((line) => line.includes(' 1/2'));
    expect(requests).toEqual(['{update T T-1 1/2}', '[Update X v2 1/2]', '{update R R-1 1/2}']);
  });

  const failedDeletes = async (assume: Record<string, string>): Promise<readonly CustomRequest[]> => {
    const aws = await deployed(assume);
    aws.handler = (request) => {
      const isDelete = request.RequestType === 'Delete';
      return isDelete ? { Status: 'FAILED', Reason: 'no' } : { PhysicalResourceId: idOf(request) };
    };
    await aws.cloudFormation.deploy({ stackName: 'S', template: triad('2') });
    return aws.requests.filter(({ RequestType }) => RequestType === 'Delete');
  };

  it('cleanup-delete-attempts=1 gives up at once', async () => {
    expect(await failedDeletes({ 'cleanup-delete-attempts': '1' })).toHaveLength(1);
  });

  it('cleanup-delete-request-id=same repeats the request', async () => {
    const requests = await failedDeletes({ 'cleanup-delete-request-id': 'same' });
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ RequestId }) => RequestId)).size).toBe(1);
  });

  it('initiated-event=no omits the second event', async () => {
    const aws = await deployed({ 'initiated-event': 'no' });
    expect(aws.events.filter(({ reason }) => reason === 'Resource creation Initiated')).toEqual([]);
  });

  it('a cancelled request keeps its URL open only until it is answered', async () => {
    const aws = new World();
    const late = gate();
    aws.handler = async ({ RequestType }) => {
      if (RequestType === 'Create') await late.opened;
      return {};
    };
    const template = {
      Resources: {
        X: { Type: 'Custom::Thing', Properties: { ServiceToken: 'arn:handler', ServiceTimeout: 3600 } },
        T: { Type: 'Test::Table' },
      },
    };
    await aws.cloudFormation.deploy({ stackName: 'S', template, fail: [{ logicalId: 'T' }] });
    expect(aws.openUrls).toBe(1);
    late.open();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(aws.openUrls).toBe(0);
  });
});
