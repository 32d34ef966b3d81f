import type { Stack } from 'aws-cdk-lib';
import { PolicyDocument, type PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Characters of a managed policy, white space not counted (aws-facts IAM-2). */
const largestDocument = 6144;

/** Shares statements out among as few documents as a managed policy may be large, splitting statements where needed. */
export function policyDocuments(stack: Stack, statements: readonly PolicyStatement[]): PolicyDocument[] {
  const documents: PolicyStatement[][] = [];
  let room = 0;
  for (const statement of statements) {
    const frame = policySize(stack, { ...statement.toStatementJson(), Resource: [] });
    let taken: string[] = [];
    const close = () => {
      if (taken.length > 0) documents.at(-1)!.push(statement.copy({ resources: taken }));
      taken = [];
    };
    for (const resource of statement.resources) {
      const size = policySize(stack, resource) + 1;
      if (room < size + (taken.length === 0 ? frame : 0)) {
        close();
        documents.push([]);
        room = largestDocument - policySize(stack, { Version: '2012-10-17', Statement: [] });
      }
      room -= size + (taken.length === 0 ? frame : 0);
      taken.push(resource);
    }
    close();
  }
  return documents.map((one) => new PolicyDocument({ statements: one }));
}

/** At most so many characters, once CloudFormation has put in what is not known yet. */
function policySize(stack: Stack, part: unknown): number {
  return sizeOf(stack.resolve(part), stack) + 1;
}

/** Characters of the longest value (https://docs.aws.amazon.com/general/latest/gr/rande.html). */
const pseudoParameters: Readonly<Record<string, number>> = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-southeast-1'.length,
  'AWS::AccountId': 12,
  'AWS::URLSuffix': 'amazonaws.com.cn'.length,
};

/** Characters that CloudFormation adds to the names it makes: `<stack>-<logical id>-<13 characters>`. */
const generatedName = 15;
/** The longest ARN up to the name, for any service used here: `arn:aws-us-gov:secretsmanager:...:123456789012:secret:`. */
const arnBeforeName = 75;

function sizeOf(value: unknown, stack: Stack): number {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).length;
  if (Array.isArray(value)) return value.reduce<number>((sum, inner) => sum + sizeOf(inner, stack) + 1, 2);
  const [[key, inner] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && key === 'Fn::Join') {
    const parts = (inner as [string, unknown[]])[1];
    return parts.reduce<number>((sum, part) => sum + sizeOf(part, stack), 0);
  }
  if (others.length === 0 && key === 'Ref' && String(inner) in pseudoParameters)
    return pseudoParameters[String(inner)]!;
  if (others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
    return arnBeforeName + nameSize(stack) + JSON.stringify(inner).length + generatedName;
  }
  return Object.entries(value).reduce((sum, [name, part]) => sum + name.length + 4 + sizeOf(part, stack), 2);
}

/** The stack's own name stands for that of any other of the app. A nested stack's name is not known, and at most this. */
function nameSize(stack: Stack): number {
  const name: unknown = stack.resolve(stack.stackName);
  return typeof name === 'string' ? name.length : 128;
}
