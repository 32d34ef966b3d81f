import type { AwsError } from '../../aws-error';
import type { Json } from '../resource-type';
import { subnets } from './cidr';
import type { Call } from './intrinsic-call';
import { splitAttribute, splitSubstitution } from './references';
import { invalid, isObject } from './template';

type IntrinsicFunction = (call: Call) => Json | undefined;

/** Every intrinsic function by name. `Length`, `ToJsonString` and `DefaultValue` belong to AWS::LanguageExtensions. */
export const intrinsicFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Ref: (call) => call.scope.reference(textArgument(call), call.path),
  'Fn::GetAtt': getAttribute,
  'Fn::Sub': substitute,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': chooseBranch,
  'Fn::Equals': (call) => {
    const [left, right] = listArgument(call, 2).map((side) => JSON.stringify(loosen(required(call, side))));
    return left === right;
  },
  'Fn::And': (call) => listArgument(call).every((part) => isConditionMet(call, part)),
  'Fn::Or': (call) => listArgument(call).some((part) => isConditionMet(call, part)),
  'Fn::Not': (call) => !listArgument(call, 1).every((part) => isConditionMet(call, part)),
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (call) => Buffer.from(textArgument(call)).toString('base64'),
  'Fn::Cidr': cidr,
  'Fn::GetAZs': (call) => {
    const region = textArgument(call) || call.scope.region;
    return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
  },
  'Fn::ImportValue': (call) => call.scope.importValue(textArgument(call), call.path),
  'Fn::Length': (call) => {
    const list = required(call, call.argument);
    if (!Array.isArray(list)) throw misuse(call, 'takes a list');
    return list.length;
  },
  'Fn::ToJsonString': (call) => JSON.stringify(required(call, call.argument)),
};

/** Conditions have their own vocabulary: a one-key `Condition` object means one only here. */
export function isConditionMet(call: Call, value: Json): boolean {
  if (isObject(value) && typeof value.Condition === 'string' && Object.keys(value).length === 1) {
    return call.scope.condition(value.Condition, call.path);
  }
  const result = call.evaluate(value);
  if (typeof result === 'boolean') return result;
  if (result === 'true' || result === 'false') return result === 'true';
  throw invalid(`Template error: ${call.path} must be a condition, not ${JSON.stringify(result)}`);
}

function getAttribute(call: Call): Json {
  const [logicalId, attribute] = splitAttribute(call.argument) ?? [];
  if (logicalId === undefined || attribute === undefined) throw misuse(call, 'takes a logical id and an attribute');
  return call.scope.attribute(logicalId, asText(call, attribute), call.path);
}

function substitute(call: Call): Json {
  const [text, locals] = splitSubstitution(call.argument) ?? [];
  if (text === undefined || locals === undefined)
    throw misuse(call, 'takes a string, or a string and a map of variables');
  return text.replace(/\$\{([^}]*)\}/g, (_, written: string) => {
    const name = written.trim();
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    return asText(call, locals[name] ?? variable(name));
  });
}

function variable(name: string): Json {
  return name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name };
}

function join(call: Call): Json {
  const [delimiter, items] = listArgument(call, 2) as readonly [Json, Json];
  const list = required(call, items);
  if (typeof delimiter !== 'string' || !Array.isArray(list)) throw misuse(call, 'takes a delimiter and a list');
  return list.map((item) => asText(call, item)).join(delimiter);
}

function select(call: Call): Json {
  const [index, items] = listArgument(call, 2) as readonly [Json, Json];
  const position = Number(required(call, index));
  const list = required(call, items);
  if (!Array.isArray(list)) throw misuse(call, 'takes an index and a list');
  const selected = list[position] as Json | undefined;
  if (selected !== undefined) return selected;
  throw invalid(`Template error: Fn::Select cannot select nonexistent value at index ${position} (${call.path})`);
}

function split(call: Call): Json {
  const [delimiter, source] = listArgument(call, 2) as readonly [Json, Json];
  if (typeof delimiter !== 'string' || delimiter === '') throw misuse(call, 'takes a delimiter and a string');
  return asText(call, source).split(delimiter);
}

function chooseBranch(call: Call): Json | undefined {
  const [condition, yes, no] = listArgument(call, 3) as readonly [Json, Json, Json];
  if (typeof condition !== 'string') throw misuse(call, 'takes the name of a condition and two values');
  const branch = call.scope.condition(condition, call.path) ? yes : no;
  return call.evaluate(branch);
}

function findInMap(call: Call): Json {
  const [map, top, second, options] = listArgument(call);
  if (map === undefined || top === undefined || second === undefined) throw misuse(call, 'takes a map and two keys');
  const names = [map, top, second].map((key) => asText(call, key)) as [string, string, string];
  const group = call.scope.template.Mappings?.[names[0]]?.[names[1]];
  const found = isObject(group) ? group[names[2]] : undefined;
  if (found !== undefined) return found;
  if (isObject(options) && options.DefaultValue !== undefined) return required(call, options.DefaultValue);
  throw invalid(`Template error: Unable to get mapping for ${names.join('::')} at ${call.path}`);
}

function cidr(call: Call): Json {
  const [block, count, bits = 8] = listArgument(call);
  const list = subnets(asText(call, block ?? ''), Number(required(call, count ?? 0)), Number(required(call, bits)));
  if (list) return list;
  throw invalid(`Template error: Fn::Cidr at ${call.path} cannot split ${JSON.stringify(call.argument)}`);
}

/** Numbers and booleans equal their strings, as all parameters are strings. */
function loosen(value: Json): Json {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

function required(call: Call, value: Json): Json {
  const result = call.evaluate(value);
  if (result === undefined)
    throw invalid(`Template error: AWS::NoValue is not allowed in ${call.name} at ${call.path}`);
  return result;
}

function asText(call: Call, value: Json): string {
  const result = required(call, value);
  if (Array.isArray(result)) return result.join(',');
  if (isObject(result)) throw misuse(call, 'needs a string where it found an object');
  return String(result);
}

function textArgument(call: Call): string {
  return asText(call, call.argument);
}

function listArgument(call: Call, length?: number): readonly Json[] {
  const { argument } = call;
  if (Array.isArray(argument) && (length === undefined || argument.length === length)) return argument;
  throw misuse(call, length === undefined ? 'takes a list' : `takes a list of ${length}`);
}

function misuse(call: Call, rule: string): AwsError {
  return invalid(`Template error: ${call.name} at ${call.path} ${rule}, not ${JSON.stringify(call.argument)}`);
}
