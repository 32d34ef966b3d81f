import type { Environment } from '../../services/service';
import type { Json, StackReference } from '../resource-type';
import type { Scope } from './intrinsic-call';
import { evaluateCondition } from './intrinsics';
import { invalid, type Template } from './template';

/** What `Ref` and `Fn::GetAtt` say of resources: nothing while conditions are evaluated, real values later. */
export interface ResourceValues {
  reference(logicalId: string, path: string): Json;
  attribute(logicalId: string, attribute: string, path: string): Json;
}

export interface ScopeSources {
  readonly template: Template;
  readonly stack: StackReference;
  readonly environment: Environment;
  readonly parameters: Readonly<Record<string, Json>>;
  exportValue(name: string): string;
}

/** Conditions, parameter names and policies may not depend on resources. */
export const noResources: ResourceValues = {
  reference: (logicalId, path) => refuseResource(logicalId, path),
  attribute: (logicalId, _attribute, path) => refuseResource(logicalId, path),
};

export function makeScope(sources: ScopeSources, resources: ResourceValues): Scope {
  const names: Readonly<Record<string, Json>> = { ...pseudoParameters(sources), ...sources.parameters };
  const conditions = new Map<string, boolean | 'being evaluated'>();
  const scope: Scope = {
    template: sources.template,
    region: sources.environment.region,
    reference: (name, path) => {
      if (name === 'AWS::NoValue') return undefined;
      return names[name] ?? resources.reference(name, path);
    },
    attribute: (logicalId, attribute, path) => resources.attribute(logicalId, attribute, path),
    importValue: (name) => sources.exportValue(name),
    condition: (name, path) => {
      const known = conditions.get(name);
      if (typeof known === 'boolean') return known;
      const definition = sources.template.Conditions?.[name];
      if (definition === undefined) throw invalid(`Template error: Unresolved condition '${name}' at ${path}`);
      if (known) throw invalid(`Template error: Circular dependency of condition '${name}' at ${path}`);
      conditions.set(name, 'being evaluated');
      const value = evaluateCondition(definition, scope, `Conditions.${name}`);
      conditions.set(name, value);
      return value;
    },
  };
  return scope;
}

function pseudoParameters({ stack, environment }: ScopeSources): Readonly<Record<string, Json>> {
  return {
    'AWS::AccountId': environment.account,
    'AWS::Region': environment.region,
    'AWS::Partition': environment.partition,
    'AWS::StackId': stack.id,
    'AWS::StackName': stack.name,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NotificationARNs': [],
  };
}

export const pseudoParameterNames: readonly string[] = [
  'AWS::AccountId',
  'AWS::Region',
  'AWS::Partition',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
  'AWS::NotificationARNs',
  'AWS::NoValue',
];

function refuseResource(logicalId: string, path: string): never {
  throw invalid(
    `Template error: ${path} may not depend on the resource '${logicalId}'; only parameters are known here.`,
  );
}
