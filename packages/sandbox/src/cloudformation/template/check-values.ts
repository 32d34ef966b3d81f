import type { Json } from '../resource-type';
import type { Scope } from './intrinsic-call';
import { evaluate, evaluateRequired } from './intrinsics';
import type { PreparedResource } from './prepared-resource';
import { findImports, findReferences } from './references';
import type { ResourceValues } from './scope';
import type { OutputDefinition, Template } from './template';
import { unresolved } from './validate';

/** Thrown where a value depends on a resource that is not there yet: the rest of it cannot be checked. */
class NotYetKnown extends Error {}

export const unknownResources: ResourceValues = {
  reference: () => stopHere(),
  attribute: () => stopHere(),
};

/** Finds mistakes in expressions (a missing mapping, a wrong argument) before anything starts. */
export function refuseBadValues(template: Template, resources: readonly PreparedResource[], scope: Scope): void {
  for (const { logicalId, properties } of resources) {
    for (const [key, value] of Object.entries(properties))
      tryValue(value, scope, `Resources.${logicalId}.Properties.${key}`);
  }
  for (const [key, { Value, Export }] of activeOutputs(template, scope)) {
    tryValue(Value, scope, `Outputs.${key}.Value`);
    if (Export) tryValue(Export.Name, scope, `Outputs.${key}.Export.Name`);
  }
}

/** Those whose condition holds. */
export function activeOutputs(template: Template, scope: Scope): readonly (readonly [string, OutputDefinition])[] {
  return Object.entries(template.Outputs ?? {}).filter(([key, { Condition }]) => {
    return Condition === undefined || scope.condition(Condition, `Outputs.${key}`);
  });
}

/** An output may not show a resource whose condition is false. */
export function refuseInactiveOutputs(template: Template, resources: readonly PreparedResource[], scope: Scope): void {
  const active = new Set(resources.map(({ logicalId }) => logicalId));
  for (const [key, { Value }] of activeOutputs(template, scope)) {
    const path = `Outputs.${key}.Value`;
    const references = findReferences(Value, path, (name) => scope.condition(name, path));
    const inactive = references.find(({ name }) => template.Resources[name] !== undefined && !active.has(name));
    if (inactive) throw unresolved('Outputs', inactive);
  }
}

/** Names of the exports that a template uses; each must exist. */
export function importNames(
  template: Template,
  resources: readonly PreparedResource[],
  scope: Scope,
): readonly string[] {
  const choose = (name: string): boolean => scope.condition(name, 'Fn::ImportValue');
  const outputs = activeOutputs(template, scope).map(([, { Value }]) => Value);
  const names = findImports([...resources.map(({ properties }) => properties), ...outputs], choose).map((argument) => {
    const name = String(evaluateRequired(argument, scope, 'Fn::ImportValue'));
    scope.importValue(name, 'Fn::ImportValue');
    return name;
  });
  return [...new Set(names)];
}

function tryValue(value: Json, scope: Scope, path: string): void {
  try {
    evaluate(value, scope, path);
  } catch (error) {
    if (!(error instanceof NotYetKnown)) throw error;
  }
}

function stopHere(): never {
  throw new NotYetKnown();
}
