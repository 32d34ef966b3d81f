import { randomUUID } from 'node:crypto';
import { parseArn } from '../arn';
import type { Caller } from '../callers';
import type { Input } from '../input';
import { functionNameOf, type Lambda } from '../lambda';
import type { Environment, Permission } from '../service';
import type { StepFunctions } from '../step-functions';
import { matchesPattern } from './pattern';
import type { Rule, RuleStore, RuleTarget } from './rule-store';
import { targetPayload } from './target-input';

export interface EventBusOptions {
  readonly environment: Environment;
  readonly rules: RuleStore;
  readonly lambda: Lambda;
  readonly stepFunctions: StepFunctions;
  readonly authorize: (caller: Caller, permission: Permission) => void;
  readonly onWarning: (message: string) => void;
}

export interface BusEvent {
  /** For example `aws.cloudformation`. */
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Input;
}

type Deliver = (target: RuleTarget, payload: string, ruleArn: string) => void;

/** The default event bus: matches events against rules and hands them to functions and state machines. */
export class EventBus {
  readonly #targets: Readonly<Record<string, Deliver>>;

  constructor(private readonly options: EventBusOptions) {
    this.#targets = {
      lambda: (target, payload, ruleArn) => this.#toFunction(target, payload, ruleArn),
      states: (target, payload) => this.#toStateMachine(target, payload),
    };
  }

  /** Returns the event's id. Delivery continues afterwards, as functions and executions of their own. */
  publish({ source, detailType, resources, detail }: BusEvent): string {
    const { account, region } = this.options.environment;
    const id = randomUUID();
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const event = { version: '0', id, 'detail-type': detailType, source, account, time, region, resources, detail };
    for (const rule of this.options.rules.all()) {
      if (this.#matches(rule, event)) this.#deliver(rule, event);
    }
    return id;
  }

  #matches({ name, enabled, pattern }: Rule, event: Input): boolean {
    if (!enabled || pattern === undefined) return false;
    return matchesPattern(pattern, event, (operator) =>
      this.options.onWarning(`Rule ${name} has the operator '${operator}', which the sandbox does not know: no match.`),
    );
  }

  #deliver(rule: Rule, event: Input): void {
    const ruleArn = this.options.rules.arnOf(rule.name);
    for (const target of rule.targets) {
      try {
        const deliver = this.#targets[parseArn(target.arn)?.service ?? ''];
        if (!deliver) throw new Error('the sandbox delivers to functions and state machines only');
        deliver(target, targetPayload(event, ruleArn, target), ruleArn);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.options.onWarning(`Rule ${rule.name} could not deliver to ${target.arn}: ${reason}.`);
      }
    }
  }

  /** EventBridge needs a permission on the function itself (AWS::Lambda::Permission). */
  #toFunction(target: RuleTarget, payload: string, ruleArn: string): void {
    const { lambda } = this.options;
    const { permissions } = lambda.functions.get(target.arn);
    const allowed = permissions.some(
      ({ principal, sourceArn }) => principal === 'events.amazonaws.com' && (!sourceArn || sourceArn === ruleArn),
    );
    if (!allowed) {
      throw new Error(`function ${functionNameOf(target.arn)} has no AWS::Lambda::Permission for events.amazonaws.com`);
    }
    lambda.invokeAsync(target.arn, payload);
  }

  #toStateMachine(target: RuleTarget, payload: string): void {
    const caller = { roleName: target.roleArn?.split('/').at(-1), sessionName: 'events' };
    this.options.authorize(caller, { action: 'states:StartExecution', resource: target.arn });
    this.options.stepFunctions.start(target.arn, randomUUID(), payload);
  }
}
