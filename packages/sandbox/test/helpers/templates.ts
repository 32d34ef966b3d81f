import type { TestStack } from './assembly';

export interface TestFunction {
  /** CommonJS source of index.js. */
  readonly code: string;
  readonly policies?: readonly object[];
  readonly properties?: object;
}

/** A stack of functions with names of their own choice, and whatever else a test needs. */
export function functions(named: Readonly<Record<string, TestFunction>>, resources: object = {}): TestStack {
  const own = Object.entries(named).flatMap(([name, { code, policies = [], properties = {} }]) => [
    [`${name}Role`, role(policies)],
    [
      name,
      {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: name,
          Code: { ZipFile: code },
          Handler: 'index.handler',
          Runtime: 'nodejs20.x',
          Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
          ...properties,
        },
      },
    ],
  ]);
  return { template: { Resources: { ...Object.fromEntries(own), ...resources } } };
}

export function role(policies: readonly object[], properties: object = {}) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {},
      Policies: policies.map((statement, index) => ({
        PolicyName: `p${index}`,
        PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
      })),
      ...properties,
    },
  };
}

export function allow(action: string | readonly string[], resource: string | readonly string[] = '*') {
  return { Effect: 'Allow', Action: action, Resource: resource };
}
