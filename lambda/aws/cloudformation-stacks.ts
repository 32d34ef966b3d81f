import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { Stacks, StackView } from '../../core/ports';
import { patiently } from './retry';
import { sendingOptions } from './sending-options';

/** Pages of 100 events: enough for two operations on the largest stack (500 resources, some four events each). */
const mostPages = 40;

/** CloudFormation's own record of the stack. */
export class CloudFormationStacks implements Stacks {
  constructor(private readonly client = new CloudFormationClient(sendingOptions())) {}

  async view(stackId: string, since?: string): Promise<StackView | undefined> {
    try {
      const { Stacks: stacks } = await patiently(() =>
        this.client.send(new DescribeStacksCommand({ StackName: stackId })),
      );
      const { StackStatus: status, RootId: root } = stacks?.[0] ?? {};
      // How a nested stack ends is decided at its root (aws-facts CFN-17): complete itself, it is still rolled back.
      if (root && root !== stackId) return await this.view(root, since);
      return status && { status, history: await this.history(stackId, since) };
    } catch (error) {
      // Whoever decides must do without, and decides nothing that destroys. The log says why.
      console.warn(JSON.stringify({ message: 'CloudFormation cannot be asked', stackId, error: String(error) }));
      return undefined;
    }
  }

  /**
   * Events come newest first (aws-facts CFN-22): read back to the start of the operation, and further when an older one
   * is asked about.
   */
  private async history(stackId: string, since: string | undefined): Promise<StackView['history']> {
    const history: { status: string; at: string }[] = [];
    let token: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const input = { StackName: stackId, NextToken: token };
      const answer = await patiently(() => this.client.send(new DescribeStackEventsCommand(input)));
      history.push(...(answer.StackEvents ?? []).filter((event) => isOfStack(event, stackId)).map(toChange));
      token = answer.NextToken;
      if (!token || history.some((change) => isFarEnough(change, since))) break;
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
  return since === undefined ? ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'].includes(status) : at <= since;
}
