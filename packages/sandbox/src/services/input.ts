import { AwsError } from '../aws-error';

/** A decoded request document. Nothing in it is trusted: the readers below check each member where it is used. */
export type Input = Readonly<Record<string, unknown>>;

export function parseInput(body: Buffer): Input {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  } catch {
    // Falls through to the one error a service gives for every body that is no JSON object.
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object.');
}

export function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(name, value, 'a non-empty string');
}

export function optionalText(input: Input, name: string): string | undefined {
  return input[name] === undefined || input[name] === null ? undefined : String(input[name]);
}

export function optionalNumber(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  throw invalid(name, value, 'a number');
}

export function flag(input: Input, name: string): boolean {
  return input[name] === true || input[name] === 'true';
}

export function texts(input: Input, name: string): readonly string[] {
  const value = input[name] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalid(name, value, 'a list of strings');
}

export function record(input: Input, name: string): Input {
  const value = input[name] ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Input;
  throw invalid(name, value, 'an object');
}

export function records(input: Input, name: string): readonly Input[] {
  const value = input[name] ?? [];
  if (Array.isArray(value)) return value as Input[];
  throw invalid(name, value, 'a list of objects');
}

function invalid(name: string, value: unknown, allowed: string): AwsError {
  const seen = value === undefined ? 'nothing' : JSON.stringify(value);
  return new AwsError('ValidationException', `Member '${name}' must be ${allowed}, but the request has ${seen}.`);
}
