import { describe, expect, it } from '@jest/globals';
import { attributesText, attributeText, canonicalNumber, readableNumber } from '../../lambda/aws/items/attribute-text';
import { toAttribute, toPlainItem } from '../../lambda/aws/items/attribute-values';
import type { PreparedChange } from '../../lambda/aws/items/prepared-change';
import { toStatement } from '../../lambda/aws/items/statements';
import { fromJson, toJson } from '../../lambda/aws/items/stored-json';

describe('values of attributes', () => {
  it.each<[string, string]>([
    ['0', 'n0'],
    ['-0.00', 'n0'],
    ['1', 'n1e0'],
    ['1.0', 'n1e0'],
    ['100', 'n1e2'],
    ['1e2', 'n1e2'],
    ['+1E+2', 'n1e2'],
    ['-0.050', 'n-5e-2'],
    ['.5', 'n5e-1'],
    ['12345678901234567890123456789012345678', 'n12345678901234567890123456789012345678e0'],
  ])('the number %s is %s', (text, canonical) => {
    expect(canonicalNumber(text)).toBe(canonical);
  });

  it.each([
    ['0.0', '0'],
    ['3e1', '30'],
    ['30.0', '30'],
    ['-0.050', '-0.05'],
    ['12.5', '12.5'],
    ['1e-100', '1e-100'],
    ['2.5E+99', '25e98'],
  ])('the number %s reads as %s in a key', (text, readable) => {
    expect(readableNumber(text)).toBe(readable);
  });

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['0.1', 0.1],
    ['-7.25', -7.25],
  ])('the number %s is a plain value that is written as it was', (text, plain) => {
    expect(toPlainItem({ n: { N: text } })['n']).toBe(plain);
    expect(toAttribute(plain)).toEqual({ N: text });
  });

  it('a number that JavaScript would round keeps its digits', () => {
    const text = '0.1000000000000000000000000000000000001';
    expect(toAttribute(toPlainItem({ n: { N: text } })['n'])).toEqual({ N: text });
  });

  it('sets are equal in any order, lists are not, and a text is no bytes', () => {
    expect(attributeText({ SS: ['b', 'a'] })).toBe(attributeText({ SS: ['a', 'b'] }));
    expect(attributeText({ NS: ['1.0', '2'] })).toBe(attributeText({ NS: ['2', '1'] }));
    expect(attributeText({ L: [{ S: 'b' }, { S: 'a' }] })).not.toBe(attributeText({ L: [{ S: 'a' }, { S: 'b' }] }));
    expect(attributeText({ S: 'YQ==' })).not.toBe(attributeText({ B: new Uint8Array([97]) }));
    expect(attributesText({ a: { S: 'x' } }, ['a', 'b'])).not.toBe(attributesText({ a: { S: 'x' } }, ['a']));
  });

  it('bytes survive being stored as JSON, however deep', () => {
    const attributes = {
      b: { B: new Uint8Array([0, 255]) },
      bs: { BS: [new Uint8Array([1])] },
      m: { M: { l: { L: [{ B: new Uint8Array([2]) }, { S: 's' }] } } },
    };
    expect(fromJson(JSON.parse(JSON.stringify(toJson(attributes))))).toEqual(attributes);
  });
});

describe('a statement of PartiQL', () => {
  const key = { id: { S: 'a' } };

  it('has every value as a parameter', () => {
    const change: PreparedChange = {
      change: 'update',
      key,
      sets: [['x', { N: '1' }]],
      removes: ['y'],
      conditions: [
        ['s', { S: "o'clock" }],
        ['x', undefined],
      ],
    };
    expect(toStatement(change, 'app-t')).toEqual({
      Statement: 'UPDATE "app-t" SET "x"=? REMOVE "y" WHERE "id"=? AND "s"=? AND "x" IS MISSING',
      Parameters: [{ N: '1' }, { S: 'a' }, { S: "o'clock" }],
    });
  });

  it.each(['a.b', 'a"b', "a'b", 'a[0]', 'é'])('is not made for a name that could be read otherwise: %s', (name) => {
    expect(toStatement({ change: 'insert', key, item: { ...key, [name]: { S: 'x' } } }, 't')).toBeUndefined();
    expect(toStatement({ change: 'delete', key, conditions: [[name, undefined]] }, 't')).toBeUndefined();
  });

  it('is not made when it would be too long', () => {
    const sets = Array.from({ length: 100 }, (_, index) => [`${'n'.repeat(100)}${index}`, { S: 'x' }] as const);
    expect(toStatement({ change: 'update', key, sets, removes: [], conditions: [] }, 't')).toBeUndefined();
  });
});
