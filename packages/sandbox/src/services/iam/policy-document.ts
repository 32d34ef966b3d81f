import type { Input } from '../input';

/** A policy as it is asked: lists where IAM allows a single value. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** Of a resource's policy: ARNs or `*`. Services are left out; they do not call here. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** Operator, key, values. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export function parsePolicy(document: unknown): readonly Statement[] {
  const parsed = (typeof document === 'string' ? JSON.parse(document) : document) as Input | undefined;
  return asList(parsed?.['Statement']).map((statement) => parseStatement(statement as Input));
}

function parseStatement(statement: Input): Statement {
  return {
    effect: statement['Effect'] === 'Deny' ? 'Deny' : 'Allow',
    principals: principalsOf(statement['Principal']),
    actions: asTexts(statement['Action']),
    notActions: asTexts(statement['NotAction']),
    resources: asTexts(statement['Resource']),
    notResources: asTexts(statement['NotResource']),
    conditions: Object.entries((statement['Condition'] ?? {}) as Input).flatMap(([operator, keys]) =>
      Object.entries(keys as Input).map(([key, values]) => ({ operator, key, values: asTexts(values) })),
    ),
  };
}

function principalsOf(principal: unknown): readonly string[] {
  return typeof principal === 'object' && principal !== null
    ? asTexts((principal as Input)['AWS'])
    : asTexts(principal);
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function asTexts(value: unknown): readonly string[] {
  return asList(value).map(String);
}
