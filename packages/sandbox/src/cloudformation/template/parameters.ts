import type { Json } from '../resource-type';
import { invalid, type ParameterDefinition, type Template } from './template';

export interface ParameterValues {
  /** As given, or the default: for SSM-typed parameters the name of the SSM parameter. */
  readonly given: Readonly<Record<string, string>>;
  /** What `Ref` returns. */
  readonly values: Readonly<Record<string, Json>>;
}

export interface ParameterSources {
  readonly given: Readonly<Record<string, string>>;
  /** Values of the last deployment, used for what is not given, as `cdk deploy` does (UsePreviousValue). */
  readonly previous: Readonly<Record<string, string>>;
  /** Resolves `ssm:<name>`. */
  resolve(reference: string): Promise<string>;
}

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;

/** Gives each parameter its value. Throws ValidationError for unknown, missing and refused ones. */
export async function resolveParameters(template: Template, sources: ParameterSources): Promise<ParameterValues> {
  const definitions = template.Parameters ?? {};
  refuseUnknown(definitions, sources.given);
  const given = chooseValues(definitions, sources);
  const values: Record<string, Json> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const text = given[name] as string;
    const ssm = SSM_VALUE.exec(definition.Type);
    checkText(name, definition, text);
    values[name] = ssm ? typed(ssm[1] as string, await fetchValue(text, sources)) : typed(definition.Type, text);
  }
  return { given, values };
}

function refuseUnknown(definitions: Readonly<Record<string, unknown>>, given: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(given).filter((name) => definitions[name] === undefined);
  if (unknown.length === 0) return;
  const allowed = Object.keys(definitions).join(', ') || 'none';
  throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template. Allowed: ${allowed}.`);
}

function chooseValues(
  definitions: Readonly<Record<string, ParameterDefinition>>,
  sources: ParameterSources,
): Readonly<Record<string, string>> {
  const chosen: Record<string, string> = {};
  for (const [name, { Default }] of Object.entries(definitions)) {
    const value = sources.given[name] ?? sources.previous[name] ?? Default;
    if (value !== undefined) chosen[name] = String(value);
  }
  const missing = Object.keys(definitions).filter((name) => chosen[name] === undefined);
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  return chosen;
}

async function fetchValue(name: string, sources: ParameterSources): Promise<string> {
  try {
    return await sources.resolve(`ssm:${name}`);
  } catch (error) {
    const cause = (error as Error).message;
    throw invalid(`Unable to fetch parameters [${name}] from parameter store for this account. ${cause}`);
  }
}

function typed(type: string, text: string): Json {
  const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
  return isList ? splitList(text) : text;
}

function splitList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}

function checkText(name: string, definition: ParameterDefinition, text: string): void {
  const items = definition.Type === 'CommaDelimitedList' ? splitList(text) : [text];
  const { AllowedValues, AllowedPattern, MinLength, MaxLength } = definition;
  const refuse = (rule: string): never => {
    const seen = isTrue(definition.NoEcho) ? '****' : text;
    throw invalid(`Parameter '${name}' ${definition.ConstraintDescription ?? rule} (value: '${seen}')`);
  };
  const allowed = AllowedValues?.map(String);
  if (allowed && !items.every((item) => allowed.includes(item))) {
    refuse(`must be one of AllowedValues: ${allowed.join(', ')}`);
  }
  if (AllowedPattern !== undefined && !items.every((item) => new RegExp(`^(?:${AllowedPattern})$`).test(item))) {
    refuse(`must match pattern ${AllowedPattern}`);
  }
  if (MinLength !== undefined && text.length < Number(MinLength))
    refuse(`must contain at least ${MinLength} characters`);
  if (MaxLength !== undefined && text.length > Number(MaxLength))
    refuse(`must contain at most ${MaxLength} characters`);
  if (text.length > 4096) refuse('must contain at most 4096 characters');
  checkNumber(definition, text, refuse);
}

function checkNumber(definition: ParameterDefinition, text: string, refuse: (rule: string) => never): void {
  const { Type, MinValue, MaxValue } = definition;
  if (Type !== 'Number' && Type !== 'List<Number>') return;
  for (const item of Type === 'Number' ? [text] : splitList(text)) {
    if (item.trim() === '' || Number.isNaN(Number(item))) refuse('must be a number');
    if (MinValue !== undefined && Number(item) < Number(MinValue)) refuse(`must be a number not less than ${MinValue}`);
    if (MaxValue !== undefined && Number(item) > Number(MaxValue))
      refuse(`must be a number not greater than ${MaxValue}`);
  }
}

export function isTrue(value: Json | undefined): boolean {
  return value === true || value === 'true';
}
