import { describe, expect, it } from '@jest/globals';
import { withoutRows } from '../../lambda/aws/sql/redact';

/** Messages as PostgreSQL 15 and the Data API lay them out, with what must not leave the database in them. */
const messages: readonly (readonly [what: string, message: string, told: string])[] = [
  [
    'the key that is not unique',
    'ERROR: duplicate key value violates unique constraint "users_email"; Detail: Key (email)=(ada@example.com) already exists.; SQLState: 23505',
    'ERROR: duplicate key value violates unique constraint "users_email"; SQLState: 23505',
  ],
  [
    'a whole row, with what looks like the end of the detail in it',
    'ERROR: new row for relation "users" violates check constraint "c"; Detail: Failing row contains (1, a; Hint: b).; SQLState: 23514',
    'ERROR: new row for relation "users" violates check constraint "c"; SQLState: 23514',
  ],
  [
    'a key, where no SQLSTATE is given',
    'ERROR: duplicate key value violates unique constraint "users_email"\n  Detail: Key (email)=(ada@example.com) already exists.',
    'ERROR: duplicate key value violates unique constraint "users_email"',
  ],
  [
    'a value of the wrong type',
    'ERROR: invalid input syntax for type integer: "ada@example.com"; SQLState: 22P02',
    'ERROR: invalid input syntax for type integer: "..."; SQLState: 22P02',
  ],
  [
    'a value of the wrong type, where no SQLSTATE is given',
    'ERROR: invalid input syntax for type integer: "ada@example.com"',
    'ERROR: invalid input syntax for type integer: "..."',
  ],
  [
    'a literal that is out of place',
    `ERROR: syntax error at or near "'hunter2'"; Position: 30; SQLState: 42601`,
    'ERROR: syntax error at or near a literal; SQLState: 42601',
  ],
  [
    'nothing, where there are names only',
    'ERROR: column "emial" of relation "users" does not exist; Hint: Perhaps you meant "email".; Position: 8; SQLState: 42703',
    'ERROR: column "emial" of relation "users" does not exist; Hint: Perhaps you meant "email".; Position: 8; SQLState: 42703',
  ],
];

describe('a message of the database that leaves it', () => {
  it.each(messages)('is without %s', (_what, message, told) => {
    expect(withoutRows(message)).toBe(told);
  });
});
