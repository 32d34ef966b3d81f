import {
  type CloudFormationClient,
  type DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from '@jest/globals';
import { CloudFormationStacks } from '../../lambda/aws/cloudformation-stacks';
import { watchConsole } from './console-spy';
import { stackId } from './events';

const logged = watchConsole();
const clusterArn = 'arn:aws:rds:eu-west-1:111122223333:cluster:main';
const target = {
  DatabaseKind: 'aurora-postgresql',
  Identity: 'db-1',
  ClusterArn: clusterArn,
  SecretArn: 's',
  DatabaseName: 'app',
} as const;

/** Given oldest first, as they happened; one a minute. */
const eventsOf = (...events: readonly Partial<StackEvent>[]): readonly StackEvent[] =>
  events
    .map(
      (event, minute) =>
        ({ StackId: stackId, Timestamp: new Date(Date.UTC(2026, 0, 1, 0, minute)), ...event }) as StackEvent,
    )
    .reverse();
const ofStack = (ResourceStatus: string): Partial<StackEvent> => ({
  PhysicalResourceId: stackId,
  ResourceType: 'AWS::CloudFormation::Stack',
  ResourceStatus: ResourceStatus as StackEvent['ResourceStatus'],
});
const ofCluster = (ResourceStatus: string, properties?: object): Partial<StackEvent> => ({
  PhysicalResourceId: 'main',
  ResourceType: 'AWS::RDS::DBCluster',
  ResourceStatus: ResourceStatus as StackEvent['ResourceStatus'],
  ResourceProperties: properties && JSON.stringify(properties),
});

/** CloudFormation with these events, newest first, in pages of so many. */
function cloudFormation(events: readonly StackEvent[], pageSize = 100) {
  let pages = 0;
  const client = {
    async send(command: object) {
      if (command instanceof DescribeStacksCommand) return { Stacks: [{ StackStatus: 'UPDATE_IN_PROGRESS' }] };
      const from = Number((command as DescribeStackEventsCommand).input.NextToken ?? 0);
      pages += 1;
      const next = from + pageSize;
      return {
        StackEvents: events.slice(from, next),
        NextToken: next < events.length ? String(next) : undefined,
      };
    },
  } as unknown as CloudFormationClient;
  return { stacks: new CloudFormationStacks(client), pages: () => pages };
}

const endpoint = (on: unknown) => ({ EnableHttpEndpoint: on });

describe('whether an update opened a database', () => {
  const created = [
    ofStack('CREATE_IN_PROGRESS'),
    ofCluster('CREATE_COMPLETE', endpoint(false)),
    ofStack('CREATE_COMPLETE'),
  ];
  const updating = ofStack('UPDATE_IN_PROGRESS');
  const rows: readonly (readonly [what: string, events: readonly Partial<StackEvent>[], opens: boolean])[] = [
    ['it turned the Data API on', [...created, updating, ofCluster('UPDATE_COMPLETE', endpoint(true))], true],
    [
      'the Data API was never mentioned before',
      [
        ofStack('CREATE_IN_PROGRESS'),
        ofCluster('CREATE_COMPLETE', {}),
        updating,
        ofCluster('UPDATE_COMPLETE', endpoint(true)),
      ],
      true,
    ],
    ['it did not touch the cluster', [...created, updating], false],
    [
      'the Data API was on before',
      [
        ofStack('CREATE_IN_PROGRESS'),
        ofCluster('CREATE_COMPLETE', endpoint('true')),
        updating,
        ofCluster('UPDATE_COMPLETE', endpoint(true)),
      ],
      false,
    ],
    [
      'an earlier update had turned it on',
      [
        ...created,
        updating,
        ofCluster('UPDATE_COMPLETE', endpoint(true)),
        ofStack('UPDATE_COMPLETE'),
        updating,
        ofCluster('UPDATE_COMPLETE', endpoint(true)),
      ],
      false,
    ],
    [
      'it made the cluster',
      [ofStack('CREATE_IN_PROGRESS'), updating, ofCluster('CREATE_COMPLETE', endpoint(true))],
      false,
    ],
    ['what came before cannot be seen any more', [updating, ofCluster('UPDATE_COMPLETE', endpoint(true))], false],
  ];

  it.each(rows)('when %s', async (_what, events, opens) => {
    expect(await cloudFormation(eventsOf(...events), 2).stacks.opensTarget(stackId, target)).toBe(opens);
  });

  it('is not known when CloudFormation cannot be asked', async () => {
    const client = { send: () => Promise.reject(new Error('denied')) } as unknown as CloudFormationClient;

    expect(await new CloudFormationStacks(client).opensTarget(stackId, target)).toBe(false);
    expect(logged.lines.join()).toContain('CloudFormation cannot be asked');
  });
});

describe('the history of a stack', () => {
  const operation = [ofStack('UPDATE_IN_PROGRESS'), ...Array.from({ length: 10 }, () => ofCluster('UPDATE_COMPLETE'))];

  it('is read back to the start of the operation', async () => {
    const { stacks, pages } = cloudFormation(eventsOf(...operation, ...operation), 4);

    expect((await stacks.view(stackId))?.history).toHaveLength(1);
    expect(pages()).toBe(3);
  });

  it('is read further when an older operation is asked about', async () => {
    const { stacks } = cloudFormation(eventsOf(...operation, ...operation, ...operation), 4);

    expect((await stacks.view(stackId, '2026-01-01T00:11:00.000Z'))?.history).toHaveLength(2);
  });

  it('is unknown rather than cut when it is too long', async () => {
    const { stacks } = cloudFormation(eventsOf(...Array.from({ length: 500 }, () => ofCluster('UPDATE_COMPLETE'))), 1);

    expect(await stacks.view(stackId)).toBeUndefined();
    expect(logged.lines.join()).toContain('more than');
  });
});
