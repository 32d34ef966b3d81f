import type { Condition, Statement } from './policy-document';

export interface Question {
  /** For example `dynamodb:PutItem`. */
  readonly action: string;
  readonly resource: string;
  /** Condition keys whose value is known here, in lower case, for example `aws:principalaccount`. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
  /** Told about a condition that cannot be judged; the statement then counts as if it had none. */
  readonly onUnknownCondition: (condition: Condition) => void;
}

export type Decision = 'allowed' | 'denied' | 'not-mentioned';

/** IAM's rule: an explicit Deny wins, else one Allow is enough, else no. */
export function evaluate(statements: readonly Statement[], question: Question): Decision {
  const matching = statements.filter((statement) => matches(statement, question));
  if (matching.some(({ effect }) => effect === 'Deny')) return 'denied';
  return matching.length > 0 ? 'allowed' : 'not-mentioned';
}

function matches(statement: Statement, question: Question): boolean {
  const { actions, notActions, resources, notResources, conditions } = statement;
  const action = question.action.toLowerCase();
  const anyAction = (patterns: readonly string[]) => patterns.some((pattern) => like(pattern.toLowerCase(), action));
  const anyResource = (patterns: readonly string[]) => patterns.some((pattern) => like(pattern, question.resource));
  if (actions.length > 0 ? !anyAction(actions) : anyAction(notActions)) return false;
  if (resources.length > 0 ? !anyResource(resources) : anyResource(notResources)) return false;
  return conditions.every((condition) => holds(condition, question));
}

const OPERATORS: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  StringEquals: (pattern, value) => pattern === value,
  StringEqualsIgnoreCase: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
};

/** Of a key with several values, every one or one must match (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html). */
const SETS = /^(ForAllValues|ForAnyValue):/;

function holds(condition: Condition, question: Question): boolean {
  const { operator, key, values: patterns } = condition;
  const value = question.keys[key.toLowerCase()];
  const compare = OPERATORS[operator.replace(SETS, '').replace(/IfExists$/, '')];
  if (operator === 'Null' && value !== undefined) return patterns.includes('false');
  if (compare && value !== undefined) {
    const matches = (one: string) => patterns.some((pattern) => compare(pattern, one));
    return operator.startsWith('ForAllValues:') ? [value].flat().every(matches) : [value].flat().some(matches);
  }
  if (!operator.endsWith('IfExists')) question.onUnknownCondition(condition);
  return true;
}

/** `*` matches any characters, `?` exactly one. */
function like(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}
