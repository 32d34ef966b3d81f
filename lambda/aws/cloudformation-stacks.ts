import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { Stacks, StackView } from '../../core/ports';
import { patiently } from './retry';

/**
 * Pages of 100 events. The largest stack (500 resources, some four events each) fills twenty with one operation, and an
 * old open deployment may be many operations back. A history that is longer cannot be judged: read only in part, a later
 * operation's success would count for the deployment's own.
 */
const mostPages = 400;

/** CloudFormation's own record of the stack. */
export class CloudFormationStacks implements Stacks {
  constructor(private readonly client = new CloudFormationClient({})) {}

  async view(stackId: string, since?: string): Promise<StackView | undefined> {
    try {
      const { Stacks: stacks } = await patiently(() =>
        this.client.send(new DescribeStacksCommand({ StackName: stackId })),
      );
      const { StackStatus: status, RootId: root, DisableRollback: rollbackDisabled } = stacks?.[0] ?? {};
      // How a nested stack ends is decided at its root (aws-facts CFN-17): complete itself, it is still rolled back.
      if (root && root !== stackId) return await this.view(root, since);
      return status && { status, rollbackDisabled, history: await this.history(stackId, since) };
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
      if (!token || history.some((change) => isFarEnough(change, since))) return history.reverse();
    }
    throw new Error(`The stack has more than ${mostPages * 100} events since ${since ?? 'its operation began'}.`);
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
