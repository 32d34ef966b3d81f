import { createHash } from 'node:crypto';
import type { StackEvent } from '../../api';
import { AwsError } from '../../aws-error';
import type { CloudFormation, StackDescription } from '../../cloudformation';
import { arn } from '../arn';
import { type QueryOperation, type QueryOperations, queryService } from '../query-service';
import type { Environment, Service } from '../service';
import { members, type XmlValue } from '../xml';

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/** The reading half of CloudFormation's API, for programs that watch stacks. Deploying goes through the sandbox. */
export function cloudFormationService(cloudFormation: CloudFormation, environment: Environment): Service {
  const existing = (form: URLSearchParams): StackDescription => {
    const name = form.get('StackName') ?? '';
    const found = cloudFormation.describeStack(name);
    if (found) return found;
    throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
  };
  const operation = (action: string, run: QueryOperation['run']): QueryOperation => ({
    permission(form) {
      const name = form.get('StackName') ?? '*';
      const resource = cloudFormation.describeStack(name)?.id ?? arn(environment, 'cloudformation', `stack/${name}/*`);
      return { action: `cloudformation:${action}`, resource };
    },
    run,
  });

  const operations: QueryOperations = {
    DescribeStacks: operation('DescribeStacks', (form) => ({
      Stacks: members(
        (form.has('StackName') ? [existing(form)] : cloudFormation.listStacks()).map((stack) => ({
          ...stackXml(stack),
          RootId: rootIdOf(cloudFormation, stack),
        })),
      ),
    })),
    ListStacks: operation('ListStacks', () => ({
      StackSummaries: members(cloudFormation.listStacks().map(summaryXml)),
    })),
    DescribeStackEvents: operation('DescribeStackEvents', (form) => {
      const stack = existing(form);
      const propertiesOf = cloudFormation.eventProperties(stack.id);
      const events = cloudFormation.describeEvents(stack.id);
      return { StackEvents: members(events.map((event) => eventXml(stack.id, event, propertiesOf(event)))) };
    }),
    DescribeStackResources: operation('DescribeStackResources', (form) => {
      const stack = existing(form);
      return { StackResources: members(resourcesXml(cloudFormation, stack, form.get('LogicalResourceId'))) };
    }),
    GetTemplate: operation('GetTemplate', (form) => ({
      TemplateBody: JSON.stringify(existing(form).template),
      StagesAvailable: members(['Original', 'Processed']),
    })),
  };
  return queryService('cloudformation', NAMESPACE, operations);
}

function summaryXml(stack: StackDescription) {
  return {
    StackId: stack.id,
    StackName: stack.name,
    StackStatus: stack.status,
    StackStatusReason: stack.reason || undefined,
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    ParentId: stack.parentId,
  };
}

/** Only of nested stacks. */
function rootIdOf(cloudFormation: CloudFormation, { parentId }: StackDescription): string | undefined {
  const parent = parentId === undefined ? undefined : cloudFormation.describeStack(parentId);
  return parent && (rootIdOf(cloudFormation, parent) ?? parent.id);
}

function stackXml(stack: StackDescription) {
  return {
    ...summaryXml(stack),
    DisableRollback: stack.disableRollback,
    Parameters: members(
      Object.entries(stack.parameters).map(([key, value]) => ({ ParameterKey: key, ParameterValue: value })),
    ),
    Outputs: members(
      stack.outputs.map(({ key, value, description, exportName }) => ({
        OutputKey: key,
        OutputValue: value,
        Description: description,
        ExportName: exportName,
      })),
    ),
    RollbackConfiguration: {
      MonitoringTimeInMinutes: Math.ceil(stack.rollback.monitoringSeconds / 60),
      RollbackTriggers: members(stack.rollback.alarms.map((Arn) => ({ Arn, Type: 'AWS::CloudWatch::Alarm' }))),
    },
  };
}

function eventXml(stackId: string, event: StackEvent, properties: object | undefined): XmlValue {
  return {
    StackId: stackId,
    EventId: createHash('sha256').update(JSON.stringify(event)).digest('hex').slice(0, 32),
    StackName: event.stack,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: event.time,
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason || undefined,
    ResourceProperties: properties && JSON.stringify(properties),
  };
}

function resourcesXml(cloudFormation: CloudFormation, stack: StackDescription, logicalId: string | null) {
  const resources = cloudFormation
    .resources(stack.id)
    .filter((one) => logicalId === null || one.logicalId === logicalId);
  return resources.map((resource) => ({
    StackId: stack.id,
    StackName: stack.name,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.reason || undefined,
    Timestamp: stack.updatedAt ?? stack.createdAt,
  }));
}
