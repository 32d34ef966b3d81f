import { AwsError } from '../../aws-error';
import { flag, type Input, optionalText, text } from '../input';
import type { Parameter, ParameterStore } from './parameter-store';

const TYPES = ['String', 'StringList', 'SecureString'] as const;
const MAX_BYTES = { Standard: 4096, Advanced: 8192 } as const;
const MAX_LEVELS = 15;

export function putParameter(store: ParameterStore, input: Input) {
  const name = text(input, 'Name');
  const value = text(input, 'Value');
  checkName(name);
  const existing = store.find(name);
  if (existing && !flag(input, 'Overwrite')) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  checkPattern(value, optionalText(input, 'AllowedPattern'));
  const tier = tierOf(input, value, existing);
  const written = store.put({ name, type: typeOf(input, existing), tier }, value);
  return { Version: written.version, Tier: tier };
}

function typeOf(input: Input, existing: Parameter | undefined): Parameter['type'] {
  const given = optionalText(input, 'Type') ?? existing?.type;
  const type = TYPES.find((known) => known === given);
  if (!type) {
    throw new AwsError(
      'ValidationException',
      `A parameter type is required: one of ${TYPES.join(', ')}. Got '${given}'.`,
    );
  }
  if (existing && existing.type !== type) {
    throw new AwsError(
      'HierarchyTypeMismatch',
      `The parameter '${existing.name}' is a ${existing.type} and cannot become a ${type}. Delete it first.`,
    );
  }
  return type;
}

/** An advanced parameter never becomes a standard one again (aws-facts SSM-4). */
function tierOf(input: Input, value: string, existing: Parameter | undefined): Parameter['tier'] {
  const asked = optionalText(input, 'Tier') ?? 'Standard';
  const bytes = Buffer.byteLength(value);
  const needed = asked === 'Intelligent-Tiering' && bytes > MAX_BYTES.Standard ? 'Advanced' : asked;
  const tier = needed === 'Advanced' || existing?.tier === 'Advanced' ? 'Advanced' : 'Standard';
  if (bytes <= MAX_BYTES[tier]) return tier;
  throw new AwsError(
    'ValidationException',
    `${tier} tier parameters support a maximum parameter value of ${MAX_BYTES[tier]} characters; this one has ${bytes}.`,
  );
}

/** Of this request: no document says that a later one without a pattern is checked against it. */
function checkPattern(value: string, pattern: string | undefined): void {
  if (pattern === undefined || regularExpression(pattern).test(value)) return;
  throw new AwsError(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  );
}

function regularExpression(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    throw new AwsError(
      'InvalidAllowedPatternException',
      `The request does not meet the regular expression requirement: ${pattern}`,
    );
  }
}

function checkName(name: string): void {
  const plain = name.replace(/^\//, '');
  if (!/^[A-Za-z0-9_.\-/]+$/.test(name) || name.endsWith('/') || name.includes('//')) {
    throw new AwsError(
      'ValidationException',
      `Parameter name '${name}' is not allowed. Use letters, digits and _.-/ , and a path without empty parts.`,
    );
  }
  if (/^(aws|ssm)/i.test(plain)) {
    throw new AwsError('ValidationException', `Parameter name '${name}' must not begin with 'aws' or 'ssm'.`);
  }
  if (plain.split('/').length > MAX_LEVELS) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `A parameter has at most ${MAX_LEVELS} levels: '${name}'.`,
    );
  }
}
