import type { StackEvent } from '../../api';
import type { Environment } from '../../services/service';
import type { StateStore } from '../../state';
import type { Assumptions } from '../assumptions';
import type { CustomResourceTransport, ResourceResult, ResourceType, ResourceTypes } from '../resource-type';
import type { LiveStack, StatusChange } from '../stack/live-stack';
import type { ResourceRecord, StackRecord } from '../stack/stack-record';
import type { StackStore } from '../stack/stack-store';
import type { PreparedStack } from '../template/prepare';
import type { ResourceValues } from '../template/scope';
import type { Injections } from './injections';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The world around the CloudFormation engine. */
export interface CloudFormationOptions {
  readonly state: StateStore;
  readonly environment: Environment;
  readonly types: ResourceTypes;
  readonly transport: CustomResourceTransport;
  /** What is inside `{{resolve:...}}`: `ssm:NAME[:VERSION]`, `secretsmanager:ARN:SecretString:KEY::`; also `ssm:NAME` for SSM-typed parameters. */
  readonly resolveDynamicReference: (reference: string) => Promise<string>;
  /** A nested stack's template by its `TemplateURL`. */
  readonly readTemplate: (url: string) => Promise<string>;
  /** Undefined when there is no such alarm. */
  readonly alarmState: (nameOrArn: string) => Promise<AlarmState | undefined>;
  readonly onStackEvent: (event: StackEvent) => void;
  /** For EventBridge. */
  readonly onStatusChange: (change: StatusChange) => void;
  readonly onWarning: (text: string) => void;
  readonly assumptions: Assumptions;
  /** How much of a real second one second of a time limit lasts. Default: 1. */
  readonly secondScale?: number;
}

/** One run of a deployment, rollback or deletion on one stack. Nested stacks have operations of their own. */
export interface Operation {
  readonly engine: Engine;
  readonly stack: LiveStack;
  readonly injections: Injections;
  /** Stops the work on the new template: a cancelled update, an alarm, a parent that failed. The reason is a string. */
  readonly interrupt: AbortController;
}

/** What the phases of an operation share. */
export interface Engine {
  readonly options: CloudFormationOptions;
  readonly store: StackStore;
  readonly nested: NestedStacks;
  /** The implementation of a type: a custom resource, a nested stack, or one of the given types. */
  typeOf(operation: Operation, type: string): ResourceType;
  valuesOf(record: StackRecord): ResourceValues;
  visibleValuesOf(record: StackRecord): ResourceValues;
  prepare(source: unknown, stack: StackIdentity, given: Readonly<Record<string, string>>): Promise<PreparedStack>;
  /** How long that many seconds last here. */
  milliseconds(seconds: number): number;
  open(record: StackRecord): LiveStack;
}

/** A stack that a template is meant for; `parameters` are those of its last deployment. */
export type StackIdentity = Pick<StackRecord, 'id' | 'name' | 'parameters'>;

/** A nested stack is a resource whose update is undone and cleaned up together with its parent's. */
export interface NestedStacks {
  type(parent: Operation): ResourceType;
  hasChanges(resource: ResourceRecord, properties: ResourceRecord['properties']): Promise<boolean>;
  rollBack(parent: Operation, resource: ResourceRecord, signal: AbortSignal): Promise<ResourceResult>;
  /** Cleans up after its update or rollback, once all stacks are done (aws-facts CFN-17). */
  finish(parent: Operation, resource: ResourceRecord): Promise<void>;
}
