import { expect, it } from '@jest/globals';
import { differencesBetween } from '../../../core/schema/differences';
import { renderDifferences } from '../../../core/schema/render';

const object = (kind: string, name: string, definition: string) => ({ kind, name, definition });

it('finds what is missing, unexpected and changed, and nothing else', () => {
  const expected = { objects: [object('table', 'a', '1'), object('table', 'b', '1'), object('view', 'a', '1')] };
  const actual = { objects: [object('table', 'c', '1'), object('table', 'b', '2'), object('view', 'a', '1')] };

  expect(differencesBetween(expected, actual)).toEqual([
    { kind: 'table', name: 'a', difference: 'missing', expected: '1' },
    { kind: 'table', name: 'b', difference: 'changed', expected: '1', actual: '2' },
    { kind: 'table', name: 'c', difference: 'unexpected', actual: '1' },
  ]);
});

it('shows differences as a diff, what belongs to a table below the table', () => {
  const expected = {
    objects: [
      object('column', 'public.users.age', 'integer DEFAULT 18'),
      object('constraint', 'public.users.users_check CHECK ((a.b > 1.5))', 'CHECK ((a.b > 1.5))'),
      object('function', 'public.f()', 'CREATE FUNCTION\nBEGIN\n  one\n  two\n  three\nEND\n'),
      object('table', 'public."odd.name"', 'TABLE'),
      object('column', 'public."odd.name".id', 'integer'),
    ],
  };
  const actual = {
    objects: [
      object('column', 'public.users.age', 'integer DEFAULT 21'),
      object('function', 'public.f()', 'CREATE FUNCTION\nBEGIN\n  one\n  other\n  three\nEND\n'),
      object(
        'index',
        'public.users.by_hand',
        `CREATE INDEX ON public.users USING btree (${'a_long_name, '.repeat(7)}b)`,
      ),
      object('trigger', 'public.users.t', 'CREATE TRIGGER'),
    ],
  };

  expect(renderDifferences(differencesBetween(expected, actual))).toBe(
    `function public.f()
    BEGIN
      one
  -   two
  +   other
      three
    END

table public."odd.name"
  - TABLE
  - column id: integer

table public.users
  - column age: integer DEFAULT 18
  + column age: integer DEFAULT 21
  - constraint users_check CHECK ((a.b > 1.5))
  + index by_hand: CREATE INDEX ON public.users USING btree (a_long_name,
  +   a_long_name, a_long_name, a_long_name, a_long_name, a_long_name,
  +   a_long_name, b)
  + trigger t: CREATE TRIGGER`,
  );
});
