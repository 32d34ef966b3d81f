import { findReferences, type Reference } from './references';
import { pseudoParameterNames } from './scope';
import { invalid, type Template } from './template';

/** Checks every name in a template, in all branches of all conditions, before anything starts. */
export function validateReferences(template: Template): void {
  const parameters = new Set([...pseudoParameterNames, ...Object.keys(template.Parameters ?? {})]);
  const resources = new Set(Object.keys(template.Resources));
  const isKnown = ({ kind, name }: Reference): boolean => {
    return resources.has(name) || (kind === 'Ref' && parameters.has(name));
  };
  for (const [id, { Properties, DependsOn }] of Object.entries(template.Resources)) {
    refuse('Resources', findReferences(Properties ?? {}, `Resources.${id}.Properties`), isKnown);
    const named = dependsOnList(DependsOn).map(
      (name): Reference => ({ kind: 'GetAtt', name, path: `Resources.${id}.DependsOn` }),
    );
    refuse('Resources', named, isKnown);
  }
  for (const [id, output] of Object.entries(template.Outputs ?? {})) {
    refuse('Outputs', findReferences(output.Value, `Outputs.${id}.Value`), isKnown);
  }
  refuse('Conditions', findReferences(template.Conditions ?? {}, 'Conditions'), ({ name }) => parameters.has(name));
}

export function dependsOnList(dependsOn: string | readonly string[] | undefined): readonly string[] {
  if (dependsOn === undefined) return [];
  return typeof dependsOn === 'string' ? [dependsOn] : dependsOn;
}

/** CloudFormation's message, with the path added. */
export function unresolved(block: string, { name, path }: Pick<Reference, 'name' | 'path'>): Error {
  const text = `Template format error: Unresolved resource dependencies [${name}] in the ${block} block of the template`;
  return invalid(`${text} (at ${path})`);
}

function refuse(block: string, references: readonly Reference[], isKnown: (reference: Reference) => boolean): void {
  const unknown = references.find((reference) => !isKnown(reference));
  if (unknown) throw unresolved(block, unknown);
}
