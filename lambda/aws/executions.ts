import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { patiently } from './retry';
import { sendingOptions } from './sending-options';

/** Starts executions of the state machine that works on requests and answers them. */
export class Executions {
  constructor(
    private readonly stateMachine: string | undefined,
    private readonly client = new SFNClient(sendingOptions()),
  ) {}

  /** @returns false when an execution of that name was started before */
  async start(name: string, input: object): Promise<boolean> {
    const start = new StartExecutionCommand({
      stateMachineArn: this.stateMachine,
      name,
      input: JSON.stringify(input),
    });
    try {
      await patiently(() => this.client.send(start));
      return true;
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return false;
      throw error;
    }
  }
}
