import { describe, expect, it } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { CREATE_PLANS, folderWith, Synthesized, testStack } from './support';

describe('the policies of the targets', () => {
  /** A stack whose target has these given tables, by their names in AWS. */
  function withTables(names: readonly string[], other = false): Synthesized {
    const stack = testStack();
    const tables = names.map((name) => [name, dynamodb.Table.fromTableName(stack, name, name)]);
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith(CREATE_PLANS),
      targets: {
        meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-', tables: Object.fromEntries(tables) }),
        ...(other && { stock: MigrationTarget.dynamodb({ tableNamePrefix: 'stock-' }) }),
      },
    });
    return new Synthesized(stack);
  }
  const named = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => `t${String(index).padStart(length - 1, '0')}`);
  const ids = (template: Synthesized) => template.ids('AWS::IAM::ManagedPolicy');

  it('stay in force in a rollback, because they have new ids when they change, and only then', () => {
    const [without, one, again, more] = [withTables([]), withTables(['a']), withTables(['a']), withTables(['a'], true)];

    expect([without, one, again, more].map((template) => ids(template).length)).toEqual([1, 1, 1, 1]);
    expect(ids(one)).toEqual(ids(again));
    expect(new Set([without, one, more].flatMap(ids)).size).toBe(3);
  });

  it('are as many as a hundred given tables need, each within what IAM takes', () => {
    const template = withTables(named(100, 40));
    const documents = ids(template).map((id) => template.resources.get(id)!.Properties.PolicyDocument);

    expect(documents.length).toBeGreaterThan(1);
    const sizes = documents.map((document) => JSON.stringify(inAws(document)).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6144);
    const granted = documents.flatMap(({ Statement }) =>
      Statement.flatMap(({ Resource }: { Resource: unknown }) => Resource),
    );
    expect(granted.map((arn) => JSON.stringify(inAws(arn)).split('table/').at(-1))).toEqual(
      expect.arrayContaining(named(100, 40).map((name) => `${name}"`)),
    );
  });

  it('have room for names that only CloudFormation knows', () => {
    const stack = testStack(
      'Stack',
      new App({ outdir: folderWith({}), analyticsReporting: false, builtinCloudFormationValidation: false }),
    );
    const partitionKey = { name: 'id', type: dynamodb.AttributeType.STRING };
    const tables = named(80, 30).map((id) => [id, new dynamodb.Table(stack, id, { partitionKey })]);
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith({ 'meals/.keep': '' }),
      targets: { meals: MigrationTarget.dynamodb({ tables: Object.fromEntries(tables) }) },
    });
    const template = new Synthesized(stack);
    const documents = ids(template).map((id) => template.resources.get(id)!.Properties.PolicyDocument);

    expect(documents.length).toBeGreaterThan(1);
    for (const document of documents) expect(JSON.stringify(inAws(document)).length).toBeLessThanOrEqual(6144);
  });

  it('are at most five, so that the old and the new ones fit on a role together', () => {
    expect(ids(withTables(named(90, 200))).length).toBeLessThanOrEqual(5);
    expect(() => withTables(named(130, 200))).toThrow(
      /Invalid configuration of Stack\/Db:\n- The targets need \d managed policies, at most 5 are possible: .*Name fewer tables/s,
    );
  });
});

/** A piece of template as IAM gets it, in the region with the longest name. */
function inAws(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inAws);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Record<string, never>;
  if (join) return (join[1] as unknown[]).map(inAws).join('');
  if (Ref)
    return { 'AWS::Partition': 'aws-us-gov', 'AWS::Region': 'ap-southeast-1', 'AWS::AccountId': '123456789012' }[Ref];
  if (attribute) return `arn:aws-us-gov:dynamodb:ap-southeast-1:123456789012:table/Stack-${attribute[0]}-0123456789ABC`;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inAws(inner)]));
}
