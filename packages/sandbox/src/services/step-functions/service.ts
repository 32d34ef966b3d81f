import { randomUUID } from 'node:crypto';
import { flag, type Input, optionalNumber, optionalText, text } from '../input';
import { type JsonOperation, type JsonOperations, jsonService } from '../json-service';
import type { Service } from '../service';
import type { ExecutionRecord, HistoryEvent } from './execution-store';
import type { MachineRecord } from './machine-store';
import type { StepFunctions } from './step-functions';

export function stepFunctionsService(stepFunctions: StepFunctions): Service {
  const service = jsonService('states', { ...machineOperations(stepFunctions), ...executionOperations(stepFunctions) });
  return { ...service, close: () => stepFunctions.close() };
}

function machineOperations({ machines }: StepFunctions): JsonOperations {
  return {
    DescribeStateMachine: operation('DescribeStateMachine', 'stateMachineArn', (input) => {
      const machine = machines.get(text(input, 'stateMachineArn'));
      return {
        ...summary(machine, machines.arnOf(machine.name)),
        status: 'ACTIVE',
        definition: JSON.stringify(machine.definition),
        roleArn: machine.roleArn,
      };
    }),
    ListStateMachines: operation('ListStateMachines', undefined, () => ({
      stateMachines: machines.all().map((machine) => summary(machine, machines.arnOf(machine.name))),
    })),
  };
}

function executionOperations(stepFunctions: StepFunctions): JsonOperations {
  const { executions } = stepFunctions;
  return {
    StartExecution: operation('StartExecution', 'stateMachineArn', (input) => {
      const name = optionalText(input, 'name') ?? randomUUID();
      const record = stepFunctions.start(text(input, 'stateMachineArn'), name, optionalText(input, 'input') ?? '{}');
      return { executionArn: record.executionArn, startDate: seconds(record.startDate) };
    }),
    StopExecution: operation('StopExecution', 'executionArn', (input) => {
      const [error, cause] = [optionalText(input, 'error'), optionalText(input, 'cause')];
      return { stopDate: seconds(stepFunctions.stop(text(input, 'executionArn'), error, cause).stopDate) };
    }),
    DescribeExecution: operation('DescribeExecution', 'executionArn', (input) =>
      describe(executions.get(text(input, 'executionArn'))),
    ),
    GetExecutionHistory: operation('GetExecutionHistory', 'executionArn', (input) => {
      const { history } = executions.get(text(input, 'executionArn'));
      const events = history.map(historyEvent);
      const limit = optionalNumber(input, 'maxResults') || 1000;
      return { events: (flag(input, 'reverseOrder') ? events.toReversed() : events).slice(0, limit) };
    }),
    ListExecutions: operation('ListExecutions', 'stateMachineArn', (input) => {
      const [machine, status] = [text(input, 'stateMachineArn'), optionalText(input, 'statusFilter')];
      const found = executions
        .all()
        .filter((record) => record.stateMachineArn === machine && (!status || record.status === status));
      const newestFirst = found.toSorted((a, b) => b.startDate.localeCompare(a.startDate));
      return { executions: newestFirst.slice(0, optionalNumber(input, 'maxResults') || 100).map(describe) };
    }),
  };
}

function operation(action: string, resource: string | undefined, run: (input: Input) => unknown): JsonOperation {
  return {
    permission: (input) => ({
      action: `states:${action}`,
      resource: resource === undefined ? '*' : text(input, resource),
    }),
    run,
  };
}

function summary(machine: MachineRecord, stateMachineArn: string) {
  return { stateMachineArn, name: machine.name, type: machine.type, creationDate: seconds(machine.created) };
}

function describe({ history: _history, ...record }: ExecutionRecord) {
  return { ...record, startDate: seconds(record.startDate), stopDate: seconds(record.stopDate) };
}

function historyEvent(event: HistoryEvent, index: number) {
  const { type, timestamp, state, input, output, error, cause } = event;
  const entered = { name: state, input: JSON.stringify(input) };
  const exited = { name: state, output: JSON.stringify(output) };
  return {
    id: index + 1,
    previousEventId: index,
    type,
    timestamp: timestamp / 1000,
    ...(type.endsWith('StateEntered') && { stateEnteredEventDetails: entered }),
    ...(type.endsWith('StateExited') && { stateExitedEventDetails: exited }),
    ...(type === 'ExecutionFailed' && { executionFailedEventDetails: { error, cause } }),
  };
}

/** JSON 1.0 writes times as seconds since the epoch. */
function seconds(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1000;
}
