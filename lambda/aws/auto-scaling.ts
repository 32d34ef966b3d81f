import type {
  DeregisterScalableTargetCommandInput,
  PutScalingPolicyCommandInput,
  PutScheduledActionCommandInput,
  RegisterScalableTargetCommandInput,
} from '@aws-sdk/client-application-auto-scaling';
import type { AutoScaling } from '../../core/bundle/table-definitions';
import type { ScalingSetting } from '../../core/ledger/table-index';
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  ObjectNotFoundException,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  paginateDescribeScalableTargets,
  paginateDescribeScalingPolicies,
  paginateDescribeScheduledActions,
  RegisterScalableTargetCommand,
  ScalingValidationException,
} from './seldom-clients';
import { sendingOptions } from './sending-options';

/** The auto scaling of tables and their global secondary indexes, by the physical name of the table. */
export interface ScalingService {
  /** Of an index, or of the table itself. Targets first: the others need one. */
  settings(table: string, index: string | undefined): Promise<readonly ScalingSetting[]>;
  /** Makes the setting, or changes the one that is there to it. */
  apply(setting: ScalingSetting): Promise<void>;
  /** Removes the setting; a target with its policies and schedules. One that is not there is no error. */
  remove(setting: ScalingSetting): Promise<void>;
}

type Input = ScalingSetting['input'];

/** Auto scaling in AWS, which is a service of its own and not part of the table (aws-facts DDB-17). */
export function scalingService(client = new ApplicationAutoScalingClient(sendingOptions())): ScalingService {
  return {
    async settings(table, index) {
      const about = { ServiceNamespace: 'dynamodb', ResourceId: resourceOf(table, index) } as const;
      const { ServiceNamespace, ResourceId } = about;
      const [targets, policies, schedules] = await Promise.all([
        all(
          paginateDescribeScalableTargets({ client }, { ServiceNamespace, ResourceIds: [ResourceId] }),
          (page) => page.ScalableTargets,
        ),
        all(paginateDescribeScalingPolicies({ client }, about), (page) => page.ScalingPolicies),
        all(paginateDescribeScheduledActions({ client }, about), (page) => page.ScheduledActions),
      ]);
      return [
        ...targets.map((target) => setting('target', target, targetMembers)),
        ...policies.map((policy) => setting('policy', policy, policyMembers)),
        ...schedules.map((schedule) => setting('schedule', schedule, scheduleMembers)),
      ];
    },

    async apply({ kind, input }) {
      if (kind === 'target') {
        await client.send(new RegisterScalableTargetCommand(input as unknown as RegisterScalableTargetCommandInput));
      } else if (kind === 'policy') {
        await client.send(new PutScalingPolicyCommand(input as unknown as PutScalingPolicyCommandInput));
      } else {
        await putSchedule(client, input);
      }
    },

    async remove({ kind, input }) {
      try {
        await remove(client, kind, input);
      } catch (error) {
        // A policy and a schedule go with their target.
        if (!(error instanceof ObjectNotFoundException)) throw error;
      }
    },
  };
}

async function remove(client: ApplicationAutoScalingClient, kind: ScalingSetting['kind'], input: Input): Promise<void> {
  const { PolicyName, ScheduledActionName, ...named } = input;
  const about = Object.fromEntries(common.map((member) => [member, named[member]])) as unknown as About;
  if (kind === 'target') await client.send(new DeregisterScalableTargetCommand(about));
  else if (kind === 'policy') {
    await client.send(new DeleteScalingPolicyCommand({ ...about, PolicyName: String(PolicyName) }));
  } else {
    const name = String(ScheduledActionName);
    await client.send(new DeleteScheduledActionCommand({ ...about, ScheduledActionName: name }));
  }
}

type About = Pick<DeregisterScalableTargetCommandInput, 'ServiceNamespace' | 'ResourceId' | 'ScalableDimension'>;

function resourceOf(table: string, index: string | undefined): string {
  return index === undefined ? `table/${table}` : `table/${table}/index/${index}`;
}

/** What auto scaling comes down to: a target for each dimension, with a policy that keeps its use at a percentage. */
export function scalingSettings(
  table: string,
  index: string | undefined,
  autoScaling: AutoScaling,
): readonly ScalingSetting[] {
  const ranges = [
    ['Read', autoScaling.read],
    ['Write', autoScaling.write],
  ] as const;
  return ranges.flatMap(([what, range]): ScalingSetting[] => {
    if (!range) return [];
    const about = {
      ServiceNamespace: 'dynamodb',
      ResourceId: resourceOf(table, index),
      ScalableDimension: `dynamodb:${index === undefined ? 'table' : 'index'}:${what}CapacityUnits`,
    };
    const policy = {
      PolicyName: `cdk-migrations-${what.toLowerCase()}`,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: `DynamoDB${what}CapacityUtilization` },
        TargetValue: range.target ?? defaultTarget,
      },
    };
    const limits = { MinCapacity: range.min, MaxCapacity: range.max, SuspendedState: nothingSuspended };
    return [
      { kind: 'target', input: { ...about, ...limits } },
      { kind: 'policy', input: { ...about, ...policy } },
    ];
  });
}

/** Percent. */
const defaultTarget = 70;

/** As AWS describes a target of which nobody suspended anything. */
const nothingSuspended = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

/**
 * What the requests take of the answers. Left out are what AWS makes itself, such as ARNs and alarms, and the role of a
 * target: it is the one linked to the service, which is not to be named (aws-facts DDB-18).
 */
const common = ['ServiceNamespace', 'ResourceId', 'ScalableDimension'];
const targetMembers = [...common, 'MinCapacity', 'MaxCapacity', 'SuspendedState'];
const policyMembers = [
  ...common,
  'PolicyName',
  'PolicyType',
  'TargetTrackingScalingPolicyConfiguration',
  'StepScalingPolicyConfiguration',
  'PredictiveScalingPolicyConfiguration',
];
const scheduleMembers = [
  ...common,
  'ScheduledActionName',
  'Schedule',
  'Timezone',
  'StartTime',
  'EndTime',
  'ScalableTargetAction',
];

function setting(kind: ScalingSetting['kind'], answer: object, members: readonly string[]): ScalingSetting {
  const kept = Object.entries(answer).filter(([name]) => members.includes(name));
  // As JSON, because the ledger keeps it: times are texts, and what is undefined is left out.
  return { kind, input: JSON.parse(JSON.stringify(Object.fromEntries(kept))) as Input };
}

/**
 * What was due while the index was gone cannot be scheduled any more, and nothing is lost with it. A schedule whose
 * beginning has passed may have to be made without it.
 */
async function putSchedule(client: ApplicationAutoScalingClient, input: Input): Promise<void> {
  try {
    await client.send(new PutScheduledActionCommand(withDates(input)));
  } catch (error) {
    if (!(error instanceof ScalingValidationException)) throw error;
    const { StartTime, ...withoutStart } = input;
    if (isPast(input['EndTime']) || isPast(/^at\((.+)\)$/.exec(String(input['Schedule']))?.[1])) return;
    if (!isPast(StartTime)) throw error;
    await client.send(new PutScheduledActionCommand(withDates(withoutStart)));
  }
}

/** @param time in UTC, or in any time zone, which may be 14 hours ahead of UTC */
function isPast(time: unknown): boolean {
  if (time === undefined) return false;
  return Date.parse(/Z$/.test(String(time)) ? String(time) : `${time}Z`) - 14 * 3_600_000 < Date.now();
}

function withDates(input: Input): PutScheduledActionCommandInput {
  const times = ['StartTime', 'EndTime'].flatMap((name) =>
    input[name] === undefined ? [] : [[name, new Date(String(input[name]))] as const],
  );
  return { ...input, ...Object.fromEntries(times) } as unknown as PutScheduledActionCommandInput;
}

async function all<Page, Item>(pages: AsyncIterable<Page>, items: (page: Page) => Item[] | undefined): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}
