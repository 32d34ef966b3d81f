import type { Json } from '../resource-type';
import { isObject } from './template';

/** A mention of a parameter, pseudo parameter or resource in a template. */
export interface Reference {
  readonly kind: 'Ref' | 'GetAtt';
  readonly name: string;
  /** Where, for example `Resources.Table.Properties.TableName`. */
  readonly path: string;
}

/** Which branch of `Fn::If` counts; without it both do. */
export type ChooseBranch = (condition: string) => boolean;

const SUB_VARIABLE = /\$\{([^!}][^}]*)\}/g;

/** Finds every reference in a template value. Resource order follows from these, as CloudFormation's does. */
export function findReferences(value: Json, path: string, choose?: ChooseBranch): readonly Reference[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => findReferences(item, `${path}.${index}`, choose));
  if (!isObject(value)) return [];
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && argument !== undefined) {
    if (name === 'Ref') return typeof argument === 'string' ? [{ kind: 'Ref', name: argument, path }] : [];
    if (name === 'Fn::GetAtt') return attributeReference(argument, path, choose);
    if (name === 'Fn::Sub') return substitutedReferences(argument, path, choose);
    if (name === 'Fn::If') return branchReferences(argument, path, choose);
  }
  return entries.flatMap(([key, member]) => findReferences(member, `${path}.${key}`, choose));
}

/** The arguments of every `Fn::ImportValue` in a value. */
export function findImports(value: Json, choose: ChooseBranch): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((item) => findImports(item, choose));
  if (!isObject(value)) return [];
  const branch = value['Fn::If'];
  if (Array.isArray(branch) && typeof branch[0] === 'string') {
    return findImports((choose(branch[0]) ? branch[1] : branch[2]) ?? '', choose);
  }
  return Object.entries(value).flatMap(([key, member]) => {
    return key === 'Fn::ImportValue' ? [member] : findImports(member, choose);
  });
}

/** Both forms of `Fn::GetAtt`: `"Logical.Attribute"` and `["Logical", "Attribute"]`. */
export function splitAttribute(argument: Json): readonly [string, Json] | undefined {
  if (typeof argument === 'string' && argument.includes('.')) {
    const dot = argument.indexOf('.');
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  if (!Array.isArray(argument) || argument.length < 2 || typeof argument[0] !== 'string') return undefined;
  return [argument[0], argument.length === 2 ? (argument[1] as Json) : argument.slice(1).join('.')];
}

/** Both forms of `Fn::Sub`: a string, and a string with local variables. */
export function splitSubstitution(argument: Json): readonly [string, { readonly [name: string]: Json }] | undefined {
  if (typeof argument === 'string') return [argument, {}];
  if (!Array.isArray(argument) || argument.length !== 2) return undefined;
  const [text, variables]: readonly unknown[] = argument;
  return typeof text === 'string' && isObject(variables) ? [text, variables] : undefined;
}

function substitutionVariables(text: string): readonly string[] {
  return [...text.matchAll(SUB_VARIABLE)].map((match) => (match[1] as string).trim());
}

function attributeReference(argument: Json, path: string, choose?: ChooseBranch): readonly Reference[] {
  const [name, attribute] = splitAttribute(argument) ?? [];
  if (name === undefined) return [];
  return [{ kind: 'GetAtt', name, path }, ...findReferences(attribute ?? '', path, choose)];
}

function substitutedReferences(argument: Json, path: string, choose?: ChooseBranch): readonly Reference[] {
  const [text, locals] = splitSubstitution(argument) ?? ['', {}];
  const named = substitutionVariables(text).filter((name) => locals[name] === undefined);
  const inText = named.map((name): Reference => {
    const [resource = name, attribute] = name.split('.');
    return { kind: attribute === undefined ? 'Ref' : 'GetAtt', name: resource, path };
  });
  return [...inText, ...findReferences(locals, path, choose)];
}

function branchReferences(argument: Json, path: string, choose?: ChooseBranch): readonly Reference[] {
  if (!Array.isArray(argument)) return [];
  const [condition, yes = '', no = ''] = argument as readonly Json[];
  if (!choose || typeof condition !== 'string')
    return [yes, no].flatMap((branch) => findReferences(branch, path, choose));
  return findReferences(choose(condition) ? yes : no, path, choose);
}
