import type { Json } from '../resource-type';
import type { Call, Scope } from './intrinsic-call';
import { intrinsicFunctions, isConditionMet } from './intrinsic-functions';
import { invalid, isObject } from './template';

/** The value of a template expression, or undefined when it is `AWS::NoValue`: then its key or item is left out. */
export function evaluate(value: Json, scope: Scope, path: string): Json | undefined {
  if (Array.isArray(value)) {
    return value.map((item, index) => evaluate(item, scope, `${path}.${index}`)).filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  const call = asCall(value, scope, path);
  return call ? invoke(call) : evaluateMembers(value, scope, path);
}

/** A value that must be there. */
export function evaluateRequired(value: Json, scope: Scope, path: string): Json {
  const result = evaluate(value, scope, path);
  if (result === undefined) throw invalid(`Template error: AWS::NoValue is not allowed at ${path}`);
  return result;
}

/** The value of an entry of the Conditions section. */
export function evaluateCondition(value: Json, scope: Scope, path: string): boolean {
  return isConditionMet(makeCall('Condition', value, scope, path), value);
}

function asCall(value: { readonly [key: string]: Json }, scope: Scope, path: string): Call | undefined {
  const keys = Object.keys(value);
  const intrinsic = keys.find((key) => key.startsWith('Fn::') || (key === 'Ref' && keys.length === 1));
  if (intrinsic === undefined) return undefined;
  if (keys.length > 1) throw invalid(`Template format error: ${intrinsic} must be the only key at ${path}`);
  return makeCall(intrinsic, value[intrinsic] as Json, scope, path);
}

function makeCall(name: string, argument: Json, scope: Scope, path: string): Call {
  return { name, argument, scope, path, evaluate: (value) => evaluate(value, scope, path) };
}

function invoke(call: Call): Json | undefined {
  const known = intrinsicFunctions[call.name];
  if (known) return known(call);
  const names = Object.keys(intrinsicFunctions).join(', ');
  throw invalid(`Template error: ${call.name} at ${call.path} is not supported here. Supported: ${names}`);
}

function evaluateMembers(value: { readonly [key: string]: Json }, scope: Scope, path: string): Json {
  const result: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    const evaluated = evaluate(member, scope, `${path}.${key}`);
    if (evaluated !== undefined) result[key] = evaluated;
  }
  return result;
}
