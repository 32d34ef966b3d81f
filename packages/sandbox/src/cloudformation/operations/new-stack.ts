import { randomUUID } from 'node:crypto';
import type { Environment } from '../../services/service';
import type { StackRecord } from '../stack/stack-record';
import { invalid, type Template } from '../template/template';

const emptyTemplate: Template = { Resources: {} };

/** A stack without any operation yet. It is not saved before its first event. */
export function newStackRecord(name: string, environment: Environment, parent?: StackRecord['parent']): StackRecord {
  if (!/^[A-Za-z][-A-Za-z0-9]{0,127}$/.test(name)) {
    throw invalid(`Stack name '${name}' must be 1 to 128 letters, digits and hyphens, and begin with a letter.`);
  }
  const { partition, region, account } = environment;
  return {
    id: `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/${randomUUID()}`,
    name,
    status: 'CREATE_IN_PROGRESS',
    reason: '',
    createdAt: new Date().toISOString(),
    template: emptyTemplate,
    parameters: {},
    outputs: [],
    imports: [],
    rollback: { alarms: [], monitoringSeconds: 0 },
    resources: {},
    events: [],
    parent,
    token: '',
  };
}
