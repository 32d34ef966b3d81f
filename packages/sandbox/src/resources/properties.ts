import { AwsError } from '../aws-error';
import type { Json, Properties } from '../cloudformation/resource-type';

/** Readers of template properties. CloudFormation is lenient about types: numbers and booleans may be strings. */

export function text(properties: Properties, name: string): string {
  const value = optionalText(properties, name);
  if (value !== undefined) return value;
  throw new AwsError('ValidationError', `Property '${name}' is missing. Give it a string.`);
}

export function optionalText(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return String(value);
  throw new AwsError('ValidationError', `Property '${name}' must be a string, not ${JSON.stringify(value)}.`);
}

export function optionalNumber(properties: Properties, name: string): number | undefined {
  const value = optionalText(properties, name);
  if (value === undefined || Number.isFinite(Number(value))) return value === undefined ? undefined : Number(value);
  throw new AwsError('ValidationError', `Property '${name}' must be a number, not '${value}'.`);
}

export function flag(properties: Properties, name: string): boolean {
  return properties[name] === true || properties[name] === 'true';
}

export function list(properties: Properties, name: string): readonly Json[] {
  const value = properties[name] ?? [];
  if (Array.isArray(value)) return value;
  throw new AwsError('ValidationError', `Property '${name}' must be a list, not ${JSON.stringify(value)}.`);
}

export function texts(properties: Properties, name: string): readonly string[] {
  return list(properties, name).map(String);
}

/** An empty object when the property is missing. */
export function object(properties: Properties, name: string): Properties {
  return asObject(properties[name] ?? {}, name);
}

export function objects(properties: Properties, name: string): readonly Properties[] {
  return list(properties, name).map((item) => asObject(item, name));
}

function asObject(value: Json, name: string): Properties {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Properties;
  throw new AwsError('ValidationError', `Property '${name}' must hold objects, not ${JSON.stringify(value)}.`);
}
