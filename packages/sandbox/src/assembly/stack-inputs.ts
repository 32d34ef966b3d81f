import { readFileSync } from 'node:fs';
import type { DeployOptions, FailureInjection } from '../api';
import { AwsError } from '../aws-error';
import type { AssemblyStack } from './cloud-assembly';
import { constructPaths, findByPath } from './construct-paths';

export interface StackInput {
  readonly stack: AssemblyStack;
  readonly template: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly fail: readonly FailureInjection[];
}

/**
 * Gives each stack the parameters and failures that are meant for it. A name that no stack has is an error: better now
 * than after half of the stacks were deployed.
 */
export function stackInputs(stacks: readonly AssemblyStack[], options: DeployOptions): readonly StackInput[] {
  const parameters = Object.entries(options.parameters ?? {}).map(([name, value]) => ({ ...scoped(name), value }));
  const inputs = stacks.map((stack) => {
    const template = JSON.parse(readFileSync(stack.templateFile, 'utf8')) as Readonly<Record<string, object>>;
    const own = parameters.filter(
      ({ scope, name }) =>
        (scope === undefined || scope === stack.stackName || scope === stack.displayName) &&
        name in (template['Parameters'] ?? {}),
    );
    const fail = failuresIn(stack.templateFile, template, options.fail ?? []);
    const given = Object.fromEntries(own.map(({ name, value }) => [name, value]));
    return { stack, template, parameters: { ...stack.parameters, ...given }, fail };
  });
  requireUsed(
    'parameter',
    parameters.map(({ name }) => name),
    inputs,
    (input) => Object.keys(input.parameters),
    'Parameters',
  );
  const [byPath, byId] = [isPath, (id: string) => !isPath(id)].map((chosen) =>
    (options.fail ?? []).map(({ logicalId }) => logicalId).filter(chosen),
  );
  const isUsed = (path: string) => stacks.some(({ templateFile }) => findByPath(constructPaths(templateFile), path));
  const unknownPath = byPath?.find((path) => !isUsed(path));
  if (unknownPath !== undefined) throw noConstruct(unknownPath, stacks);
  requireUsed(
    'resource',
    (byId ?? []).map(first),
    inputs,
    (input) => input.fail.map(({ logicalId }) => first(logicalId)),
    'Resources',
  );
  return inputs;
}

/** Logical ids have no slashes. */
function isPath(name: string): boolean {
  return name.includes('/');
}

/** Those for a stack, all of them by logical id. */
function failuresIn(
  templateFile: string,
  template: StackInput['template'],
  fail: readonly FailureInjection[],
): readonly FailureInjection[] {
  const paths = fail.some(({ logicalId }) => isPath(logicalId)) ? constructPaths(templateFile) : [];
  return fail.flatMap((failure) => {
    const { logicalId: name } = failure;
    const logicalId = isPath(name) ? findByPath(paths, name) : name;
    const isHere = logicalId !== undefined && first(logicalId) in ((template['Resources'] as object | undefined) ?? {});
    return isHere ? [{ ...failure, logicalId }] : [];
  });
}

function noConstruct(given: string, stacks: readonly AssemblyStack[]): AwsError {
  const all = stacks.flatMap(({ templateFile }) => constructPaths(templateFile)).map(({ path }) => path);
  const inside = all.filter((path) => path.startsWith(given.replace(/^\//, '')));
  const known = (inside.length > 0 ? inside : all).sort().join(', ') || 'none';
  return new AwsError(
    'ValidationError',
    `No stack to deploy has a resource at the construct '${given}'. There are: ${known}.`,
  );
}

/** `STACK:NAME` or `NAME`. */
function scoped(text: string): { readonly scope: string | undefined; readonly name: string } {
  const [before = '', after] = text.split(':');
  return after === undefined ? { scope: undefined, name: before } : { scope: before, name: after };
}

/** `Child.Resource` is a resource of a nested stack: the template has `Child`. */
function first(logicalId: string): string {
  return logicalId.split('.')[0] ?? logicalId;
}

function requireUsed(
  what: string,
  names: readonly string[],
  inputs: readonly StackInput[],
  usedBy: (input: StackInput) => readonly string[],
  section: string,
): void {
  const used = new Set(inputs.flatMap(usedBy));
  const unused = names.find((name) => !used.has(name));
  if (unused === undefined) return;
  const known = inputs.flatMap(({ template }) => Object.keys((template[section] as object | undefined) ?? {}));
  throw new AwsError(
    'ValidationError',
    `No stack to deploy has the ${what} '${unused}'. There are: ${known.sort().join(', ') || 'none'}.`,
  );
}
