import type { Stacks, StackView } from '../../core/ports';
import type { TargetProperties } from '../../core/wire';
import { patiently } from './retry';
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
} from './seldom-clients';
import { sendingOptions } from './sending-options';

/**
 * Pages of 100 events. The largest stack (500 resources, some four events each) fills twenty with one operation, and an
 * old open deployment may be many operations back. A history that is longer cannot be judged: read only in part, a later
 * operation's success would count for the deployment's own.
 */
const mostPages = 400;

/** CloudFormation's own record of the stack. */
export class CloudFormationStacks implements Stacks {
  constructor(private readonly client = new CloudFormationClient(sendingOptions())) {}

  async view(stackId: string, since?: string): Promise<StackView | undefined> {
    try {
      const { Stacks: stacks } = await patiently(() =>
        this.client.send(new DescribeStacksCommand({ StackName: stackId })),
      );
      const {
        StackStatus: status,
        RootId: root,
        DisableRollback: rollbackDisabled,
        RoleARN: serviceRole,
      } = stacks?.[0] ?? {};
      // How a nested stack ends is decided at its root (aws-facts CFN-17): complete itself, it is still rolled back.
      if (root && root !== stackId) return await this.view(root, since);
      return status && { status, rollbackDisabled, serviceRole, history: await this.history(stackId, since) };
    } catch (error) {
      // Whoever decides must do without, and decides nothing that destroys. The log says why.
      console.warn(JSON.stringify({ message: 'CloudFormation cannot be asked', stackId, error: String(error) }));
      return undefined;
    }
  }

  async opensTarget(stackId: string, properties: TargetProperties): Promise<boolean> {
    if (!('ClusterArn' in properties)) return false;
    const cluster = properties.ClusterArn.split(':cluster:')[1] ?? properties.ClusterArn;
    try {
      return await this.opensEndpoint(stackId, cluster);
    } catch (error) {
      console.warn(JSON.stringify({ message: 'CloudFormation cannot be asked', stackId, error: String(error) }));
      return false;
    }
  }

  /** An event shows the properties that its resource had then (aws-facts CFN-25). */
  private async opensEndpoint(stackId: string, cluster: string): Promise<boolean> {
    let touched = false;
    let hasBegun = false;
    for await (const event of this.events(stackId)) {
      hasBegun ||= isOfStack(event, stackId) && operationStarts.includes(event.ResourceStatus ?? '');
      if (event.PhysicalResourceId !== cluster || event.ResourceType !== 'AWS::RDS::DBCluster') {
        if (hasBegun && !touched) return false;
      } else if (!hasBegun) touched = true;
      else if (event.ResourceProperties) return !hasEndpoint(event.ResourceProperties);
    }
    return false;
  }

  private async *events(stackId: string): AsyncGenerator<StackEvent> {
    let token: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const input = { StackName: stackId, NextToken: token };
      const answer = await patiently(() => this.client.send(new DescribeStackEventsCommand(input)));
      yield* answer.StackEvents ?? [];
      token = answer.NextToken;
      if (!token) return;
    }
    throw new Error(`Stack ${stackId} has more than ${mostPages * 100} events.`);
  }

  /**
   * Events come newest first (aws-facts CFN-22): read back to the start of the operation, and further when an older one
   * is asked about.
   */
  private async history(stackId: string, since: string | undefined): Promise<StackView['history']> {
    const history: { status: string; at: string }[] = [];
    for await (const event of this.events(stackId)) {
      if (!isOfStack(event, stackId)) continue;
      history.push(toChange(event));
      if (isFarEnough(history.at(-1)!, since)) break;
    }
    return history.reverse();
  }
}

function isOfStack(event: StackEvent, stackId: string): boolean {
  return event.PhysicalResourceId === stackId && event.StackId === stackId;
}

function toChange(event: StackEvent): { status: string; at: string } {
  return { status: event.ResourceStatus ?? '', at: (event.Timestamp ?? new Date(0)).toISOString() };
}

function isFarEnough({ status, at }: { status: string; at: string }, since: string | undefined): boolean {
  return since === undefined ? operationStarts.includes(status) : at <= since;
}

const operationStarts = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'];

/** True also for properties that cannot be read: they prove nothing. */
function hasEndpoint(properties: string): boolean {
  try {
    return String((JSON.parse(properties) as { EnableHttpEndpoint?: unknown }).EnableHttpEndpoint) === 'true';
  } catch {
    return true;
  }
}
