import type { Input } from '../input';

/** Tells about an operator that the sandbox does not know; such a rule matches nothing. */
export type OnUnknown = (operator: string) => void;

type Operator = (wanted: unknown, value: unknown, onUnknown: OnUnknown) => boolean;

/** Whether an event matches a pattern: every field of the pattern has one alternative that its value satisfies. */
export function matchesPattern(pattern: Input, event: Input, onUnknown: OnUnknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    if (field === '$or') return asList(wanted).some((branch) => matchesPattern(branch as Input, event, onUnknown));
    const value = event[field];
    if (Array.isArray(wanted)) return matchesAny(wanted, value, onUnknown);
    const inner = typeof value === 'object' && value !== null ? (value as Input) : {};
    return matchesPattern(wanted as Input, inner, onUnknown);
  });
}

function matchesAny(alternatives: readonly unknown[], value: unknown, onUnknown: OnUnknown): boolean {
  // A list in the event matches when one of its items does.
  const values = Array.isArray(value) && value.length > 0 ? value : [value];
  return alternatives.some((wanted) => values.some((item) => matchesOne(wanted, item, onUnknown)));
}

function matchesOne(wanted: unknown, value: unknown, onUnknown: OnUnknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === value;
  return Object.entries(wanted).every(([name, argument]) => {
    const operator = OPERATORS[name];
    if (operator) return operator(argument, value, onUnknown);
    onUnknown(name);
    return false;
  });
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  prefix: (wanted, value) => typeof value === 'string' && value.startsWith(String(wanted)),
  suffix: (wanted, value) => typeof value === 'string' && value.endsWith(String(wanted)),
  exists: (wanted, value) => (value !== undefined) === wanted,
  'equals-ignore-case': (wanted, value) =>
    typeof value === 'string' && value.toLowerCase() === String(wanted).toLowerCase(),
  'anything-but': (wanted, value, onUnknown) =>
    value !== undefined && !asList(wanted).some((unwanted) => matchesOne(unwanted, value, onUnknown)),
  wildcard: (wanted, value) => typeof value === 'string' && wildcard(String(wanted)).test(value),
  numeric: (wanted, value) => typeof value === 'number' && numeric(asList(wanted), value),
};

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `[">", 0, "<=", 5]`: pairs of comparison and bound. */
function numeric(pairs: readonly unknown[], value: number): boolean {
  return pairs.every((part, index) => {
    if (index % 2 === 1) return true;
    return COMPARISONS[String(part)]?.(value, Number(pairs[index + 1])) === true;
  });
}

function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
