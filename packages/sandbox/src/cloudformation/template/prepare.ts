import type { DeletionPolicy, StackOutput } from '../stack/stack-record';
import { activeOutputs, importNames, refuseBadValues, refuseInactiveOutputs, unknownResources } from './check-values';
import { findCycle } from './graph';
import type { Scope } from './intrinsic-call';
import { evaluateRequired } from './intrinsics';
import { type ParameterSources, type ParameterValues, resolveParameters } from './parameters';
import type { PreparedResource } from './prepared-resource';
import { findReferences } from './references';
import { makeScope, noResources, type ResourceValues, type ScopeSources } from './scope';
import { invalid, parseTemplate, type ResourceDefinition, type Template } from './template';
import { dependsOnList, unresolved, validateReferences } from './validate';

/** A template with its parameters: everything that can be known, and refused, before an operation starts. */
export interface PreparedStack {
  readonly template: Template;
  readonly parameters: ParameterValues;
  /** In template order. */
  readonly resources: readonly PreparedResource[];
  /** Names of exports of other stacks that it uses. */
  readonly imports: readonly string[];
  scope(resources: ResourceValues): Scope;
}

type Sources = Omit<ScopeSources, 'template' | 'parameters'> & ParameterSources & { readonly source: unknown };

export async function prepareStack(sources: Sources): Promise<PreparedStack> {
  const template = parseTemplate(sources.source);
  validateReferences(template);
  const parameters = await resolveParameters(template, sources);
  const scopeSources: ScopeSources = { ...sources, template, parameters: parameters.values };
  const scope = makeScope(scopeSources, noResources);
  for (const name of Object.keys(template.Conditions ?? {})) scope.condition(name, `Conditions.${name}`);
  const resources = activeResources(template, scope);
  refuseCycle(resources);
  refuseInactiveOutputs(template, resources, scope);
  refuseBadValues(template, resources, makeScope(scopeSources, unknownResources));
  return {
    template,
    parameters,
    resources,
    imports: importNames(template, resources, scope),
    scope: (values) => makeScope(scopeSources, values),
  };
}

/** Outputs whose condition holds, as strings. */
export function evaluateOutputs(prepared: PreparedStack, resources: ResourceValues): readonly StackOutput[] {
  const scope = prepared.scope(resources);
  return activeOutputs(prepared.template, scope).map(([key, { Value, Description, Export }]) => {
    const path = `Outputs.${key}.Value`;
    const value = evaluateRequired(Value, scope, path);
    if (typeof value === 'object') {
      throw invalid(`Template format error: ${path} must evaluate to a String, not ${JSON.stringify(value)}`);
    }
    const exportName = Export && String(evaluateRequired(Export.Name, scope, `Outputs.${key}.Export.Name`));
    return { key, value: String(value), description: Description, exportName };
  });
}

function activeResources(template: Template, scope: Scope): readonly PreparedResource[] {
  const isActive = ([id, { Condition }]: [string, ResourceDefinition]): boolean => {
    return Condition === undefined || scope.condition(Condition, `Resources.${id}`);
  };
  const active = new Map(Object.entries(template.Resources).filter(isActive));
  return [...active].map(([logicalId, definition]) => ({
    logicalId,
    type: definition.Type,
    properties: definition.Properties ?? {},
    dependsOn: dependencies(logicalId, definition, active, scope),
    ...policies(logicalId, definition, scope),
  }));
}

/** `DependsOn` on a resource whose condition is false is ignored; a reference to one is an error. */
function dependencies(
  logicalId: string,
  definition: ResourceDefinition,
  active: ReadonlyMap<string, ResourceDefinition>,
  scope: Scope,
): readonly string[] {
  const path = `Resources.${logicalId}.Properties`;
  const references = findReferences(definition.Properties ?? {}, path, (name) => scope.condition(name, path));
  const toResources = references.filter(({ name }) => scope.template.Resources[name] !== undefined);
  const inactive = toResources.find(({ name }) => !active.has(name));
  if (inactive) throw unresolved('Resources', inactive);
  const explicit = dependsOnList(definition.DependsOn).filter((name) => active.has(name));
  return [...new Set([...toResources.map(({ name }) => name), ...explicit])];
}

function policies(
  logicalId: string,
  definition: ResourceDefinition,
  scope: Scope,
): Pick<PreparedResource, 'deletionPolicy' | 'updateReplacePolicy'> {
  const read = <T extends string>(
    attribute: 'DeletionPolicy' | 'UpdateReplacePolicy',
    allowed: readonly T[],
    otherwise: T,
  ): T => {
    const written = definition[attribute];
    if (written === undefined) return otherwise;
    const path = `Resources.${logicalId}.${attribute}`;
    const value = evaluateRequired(written, scope, path) as T;
    if (allowed.includes(value)) return value;
    throw invalid(`Template error: ${path} is ${JSON.stringify(value)}. Allowed: ${allowed.join(', ')}.`);
  };
  return {
    deletionPolicy: read(
      'DeletionPolicy',
      ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'],
      defaultPolicy(definition),
    ),
    updateReplacePolicy: read('UpdateReplacePolicy', ['Delete', 'Retain', 'Snapshot'], 'Delete'),
  };
}

/** Database clusters, and instances outside a cluster, are saved by default (aws-facts CFN-16). */
function defaultPolicy({ Type, Properties }: ResourceDefinition): DeletionPolicy {
  if (Type === 'AWS::RDS::DBCluster') return 'Snapshot';
  if (Type === 'AWS::RDS::DBInstance' && Properties?.DBClusterIdentifier === undefined) return 'Snapshot';
  return 'Delete';
}

function refuseCycle(resources: readonly PreparedResource[]): void {
  const cycle = findCycle(resources);
  if (cycle) throw invalid(`Circular dependency between resources: [${cycle.join(', ')}]`);
}
