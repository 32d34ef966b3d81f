import { AwsError } from '../../aws-error';
import { arn } from '../arn';
import { flag, type Input, optionalNumber, optionalText, text, texts } from '../input';
import { type JsonOperation, type JsonOperations, jsonService } from '../json-service';
import type { Environment, Permission, Service } from '../service';
import { labelParameterVersion } from './label-parameter-version';
import { type Parameter, type ParameterStore, type ParameterVersion, splitReference } from './parameter-store';
import { putParameter } from './put-parameter';

const MAX_NAMES = 10;

/** Parameter Store (aws-facts SSM-1 to SSM-5). */
export function ssmService(store: ParameterStore, environment: Environment): Service {
  const describe = (reference: string, parameter: Parameter, version: ParameterVersion) => {
    const { selector } = splitReference(reference);
    return {
      Name: parameter.name,
      Type: parameter.type,
      Value: version.value,
      Version: version.version,
      Selector: selector === undefined ? undefined : `:${selector}`,
      LastModifiedDate: Date.parse(version.modified) / 1000,
      ARN: parameterArn(environment, parameter.name),
      DataType: 'text',
    };
  };
  const read = (reference: string) => {
    const found = store.read(reference);
    return found && describe(reference, found.parameter, found.version);
  };
  const one = (action: string, run: JsonOperation['run']): JsonOperation => ({
    permission: (input) => permission(environment, action, text(input, 'Name')),
    run,
  });
  const many = (action: string, run: (names: readonly string[]) => unknown): JsonOperation => ({
    permission: (input) => texts(input, 'Names').map((name) => permission(environment, action, name)),
    run: (input) => run(names(input)),
  });

  const operations: JsonOperations = {
    PutParameter: one('PutParameter', (input) => putParameter(store, input)),
    LabelParameterVersion: one('LabelParameterVersion', (input) => labelParameterVersion(store, input)),
    GetParameter: one('GetParameter', (input) => {
      const reference = text(input, 'Name');
      return { Parameter: read(reference) ?? notFound(store, reference) };
    }),
    GetParameters: many('GetParameters', (references) => {
      const found = references.map((reference) => [reference, read(reference)] as const);
      return {
        Parameters: found.flatMap(([, parameter]) => parameter ?? []),
        InvalidParameters: found.flatMap(([reference, parameter]) => (parameter ? [] : [reference])),
      };
    }),
    GetParametersByPath: {
      permission: (input) => permission(environment, 'GetParametersByPath', text(input, 'Path')),
      run: (input) => byPath(store, input, (name) => read(name)),
    },
    GetParameterHistory: one('GetParameterHistory', (input) => {
      const parameter = store.find(text(input, 'Name')) ?? notFound(store, text(input, 'Name'));
      return {
        Parameters: parameter.versions.map((version) => ({
          ...describe(parameter.name, parameter, version),
          Labels: version.labels,
        })),
      };
    }),
    DeleteParameter: one('DeleteParameter', (input) => {
      if (!store.delete(text(input, 'Name'))) notFound(store, text(input, 'Name'));
    }),
    DeleteParameters: many('DeleteParameters', (deleted) => {
      const results = deleted.map((name) => [name, store.delete(name)] as const);
      return {
        DeletedParameters: results.filter(([, done]) => done).map(([name]) => name),
        InvalidParameters: results.filter(([, done]) => !done).map(([name]) => name),
      };
    }),
  };
  return jsonService('ssm', operations);
}

function parameterArn(environment: Environment, name: string): string {
  return arn(environment, 'ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
}

function permission(environment: Environment, action: string, reference: string): Permission {
  const resource = parameterArn(environment, splitReference(reference).name.replace(/(?<=.)\/$/, ''));
  return { action: `ssm:${action}`, resource };
}

function byPath(store: ParameterStore, input: Input, read: (name: string) => unknown) {
  const path = `${text(input, 'Path').replace(/\/$/, '')}/`;
  const recursive = flag(input, 'Recursive');
  const below = store
    .all()
    .map(({ name }) => name)
    .filter((name) => name.startsWith(path) && (recursive || !name.slice(path.length).includes('/')));
  const start = Number(optionalText(input, 'NextToken') ?? 0);
  const end = start + (optionalNumber(input, 'MaxResults') ?? MAX_NAMES);
  return {
    Parameters: below.slice(start, end).map(read),
    NextToken: end < below.length ? String(end) : undefined,
  };
}

function names(input: Input): readonly string[] {
  const given = texts(input, 'Names');
  if (given.length > 0 && given.length <= MAX_NAMES) return given;
  throw new AwsError(
    'ValidationException',
    `Member 'Names' must have 1 to ${MAX_NAMES} names; it has ${given.length}.`,
  );
}

function notFound(store: ParameterStore, reference: string): never {
  const { name, selector } = splitReference(reference);
  if (selector === undefined || !store.find(name)) {
    throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
  }
  throw new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
  );
}
