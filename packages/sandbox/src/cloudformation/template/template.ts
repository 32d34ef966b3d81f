import { AwsError } from '../../aws-error';
import type { Json } from '../resource-type';

type JsonObject = { readonly [key: string]: Json };

/** A CloudFormation template as CDK writes it, checked for shape but with nothing resolved. */
export interface Template {
  readonly Transform?: Json;
  readonly Parameters?: Readonly<Record<string, ParameterDefinition>>;
  readonly Mappings?: Readonly<Record<string, JsonObject>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Resources: Readonly<Record<string, ResourceDefinition>>;
  readonly Outputs?: Readonly<Record<string, OutputDefinition>>;
}

export interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: Json;
  readonly NoEcho?: Json;
  readonly AllowedValues?: readonly Json[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinLength?: Json;
  readonly MaxLength?: Json;
  readonly MinValue?: Json;
  readonly MaxValue?: Json;
}

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: Json;
  readonly UpdateReplacePolicy?: Json;
}

export interface OutputDefinition {
  readonly Value: Json;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: Json };
}

export const NESTED_STACK_TYPE = 'AWS::CloudFormation::Stack';

export function isCustomResource(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');
}

const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
];

const resourceAttributes = [
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'Metadata',
  'UpdatePolicy',
  'CreationPolicy',
];

/** CloudFormation's own limits (aws-facts CFN-20). */
const limits = { Resources: 500, Parameters: 200, Outputs: 200 } as const;

/** Checks what can be checked without parameters. Throws ValidationError naming the path in the template. */
export function parseTemplate(source: unknown): Template {
  if (!isObject(source)) throw invalid('Template format error: a template is a JSON object.');
  const unknown = Object.keys(source).filter((key) => !sections.includes(key));
  if (unknown.length > 0) throw invalid(`Invalid template property or properties [${unknown.join(', ')}]`);
  for (const section of ['Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs']) {
    if (source[section] !== undefined && !isObject(source[section])) {
      throw invalid(`Template format error: ${section} must be an object.`);
    }
  }
  const template = source as unknown as Template;
  checkTransform(template.Transform);
  for (const section of ['Conditions', 'Resources', 'Outputs']) refuseMacros(section, source[section]);
  if (Object.keys(template.Resources ?? {}).length === 0) {
    throw invalid('Template format error: At least one Resources member must be defined.');
  }
  for (const [section, limit] of Object.entries(limits)) checkLimit(source[section], section, limit);
  for (const [id, resource] of Object.entries(template.Resources)) checkResource(template, id, resource);
  for (const [id, output] of Object.entries(template.Outputs ?? {})) checkOutput(template, id, output);
  return template;
}

function checkTransform(transform: Json | undefined): void {
  const names = transform === undefined ? [] : Array.isArray(transform) ? transform : [transform];
  for (const name of names) {
    if (name === 'AWS::LanguageExtensions') continue;
    throw invalid(`Transform ${JSON.stringify(name)} is not supported here. Allowed: AWS::LanguageExtensions.`);
  }
}

/** Where names are expected, a loop or a macro makes them. */
function refuseMacros(section: string, members: unknown): void {
  const macro = Object.keys(members ?? {}).find((name) => name.startsWith('Fn::'));
  if (macro === undefined) return;
  throw invalid(`${macro} at ${section} is not supported here: write out what it makes.`);
}

function checkLimit(section: unknown, name: string, limit: number): void {
  const count = Object.keys(section ?? {}).length;
  if (count > limit)
    throw invalid(`Template format error: Number of ${name} (${count}) is above the limit of ${limit}.`);
}

function checkResource(template: Template, id: string, resource: unknown): void {
  const path = `Resources.${id}`;
  if (!/^[A-Za-z0-9]{1,255}$/.test(id)) {
    throw invalid(`Template format error: Resource name ${id} is non alphanumeric.`);
  }
  if (!isObject(resource) || typeof resource.Type !== 'string') {
    throw invalid(`Template format error: [${path}] must be an object with a Type.`);
  }
  for (const key of Object.keys(resource)) {
    if (!resourceAttributes.includes(key)) throw invalid(`Invalid template resource property '${key}' at ${path}`);
  }
  if (resource.Type.startsWith('Custom::') && !/^Custom::[A-Za-z0-9_@-]{1,60}$/.test(resource.Type)) {
    throw invalid(`${path}.Type '${resource.Type}' must be Custom:: and 1 to 60 characters of A-Z a-z 0-9 _ @ -`);
  }
  if (resource.Properties !== undefined && !isObject(resource.Properties)) {
    throw invalid(`Template format error: ${path}.Properties must be an object.`);
  }
  checkCondition(template, resource.Condition, path);
  checkNulls(resource.Properties, `/${path.replace('.', '/')}/Properties`);
}

function checkOutput(template: Template, id: string, output: unknown): void {
  if (!isObject(output) || output.Value === undefined) {
    throw invalid(`Template format error: Every Outputs member must contain a Value object (Outputs.${id}).`);
  }
  checkCondition(template, output.Condition, `Outputs.${id}`);
}

function checkCondition(template: Template, condition: unknown, path: string): void {
  if (condition === undefined || (typeof condition === 'string' && template.Conditions?.[condition] !== undefined))
    return;
  throw invalid(`Template format error: Unresolved condition ${JSON.stringify(condition)} at ${path}.Condition`);
}

function checkNulls(value: unknown, path: string): void {
  if (value === null) throw invalid(`Template validation error: [${path}] 'null' values are not allowed in templates`);
  if (typeof value !== 'object') return;
  for (const [key, member] of Object.entries(value)) checkNulls(member, `${path}/${key}`);
}

export function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
