import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Tells cdk-nag (https://github.com/cdklabs/cdk-nag) why a policy here names more than one resource, so that apps which
 * check themselves with it need not judge what is inside this library. Its id of a finding is the resource, as text.
 */
export function acknowledgeWildcards(construct: IConstruct, resources: readonly string[], reason: string): void {
  const findings = resources.map((resource) => textOf(Stack.of(construct).resolve(resource)));
  for (const finding of findings.filter((text) => text.includes('*'))) {
    acknowledge(construct, `AwsSolutions-IAM5[Resource::${finding}]`, reason);
  }
}

export function acknowledge(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason });
}

/** References as cdk-nag writes them: `<LogicalId>` and `<LogicalId.Attribute>`. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.replace(/\$\{/g, '<').replace(/\}/g, '>');
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
    'Fn::Sub': text,
    'Fn::ImportValue': name,
  } = value as Reference;
  if (Ref !== undefined) return `<${Ref}>`;
  if (attribute) return `<${attribute.join('.')}>`;
  if (join) return join[1].map(textOf).join(join[0]);
  return textOf(text ?? name ?? JSON.stringify(value));
}

interface Reference {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly string[];
  readonly 'Fn::Join'?: readonly [separator: string, parts: readonly unknown[]];
  readonly 'Fn::Sub'?: unknown;
  readonly 'Fn::ImportValue'?: unknown;
}
