/**
 * What the databases must look like at each ending, written down by hand from the releases (test/support/releases.ts): what
 * psql shows after their statements, and what DynamoDB shows after such calls. Nothing here was learned from the engine.
 */

/** Which databases a scenario has. */
export type Kind = 'sql' | 'dynamodb' | 'mixed';

/** Ids from here on are of the rows that the application writes meanwhile (./writer): no release is compared by them. */
export const firstOfWriter = 1000;

/** Where a scenario must leave the databases, by what CloudFormation's final status says. */
export type Ending = 'nothing' | 'A' | 'B';

/** All that can be seen of the databases, in the order in which it is read. */
export interface Content {
  readonly columns: readonly string[];
  readonly constraints: readonly string[];
  readonly indexes: readonly string[];
  readonly functions: readonly string[];
  readonly triggers: readonly string[];
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** Rows of the database's own history of the scope. */
  readonly history: readonly string[];
  readonly tables: readonly string[];
  readonly items: readonly string[];
}

const empty: Content = {
  columns: [],
  constraints: [],
  indexes: [],
  functions: [],
  triggers: [],
  rows: {},
  history: [],
  tables: [],
  items: [],
};

type Sql = Omit<Content, 'tables' | 'items'>;
type Tables = Pick<Content, 'tables' | 'items'>;

const sqlAtA: Sql = {
  ...empty,
  columns: ['users.id integer NOT NULL', 'users.name text NOT NULL'],
  constraints: ['users users_pkey PRIMARY KEY (id)'],
  indexes: ['valid CREATE UNIQUE INDEX users_pkey ON public.users USING btree (id)'],
  rows: { users: ['{"id": 1, "name": "ada"}'] },
  history: ['users/1.0.0 up 0'],
};

const sqlAtB: Sql = {
  ...empty,
  columns: [
    'contracted.id integer',
    'events.id integer NOT NULL',
    'events.user_id integer',
    'users.email text',
    'users.id integer NOT NULL',
    'users.name text NOT NULL',
  ],
  constraints: [
    'events events_pkey PRIMARY KEY (id)',
    'events events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)',
    'users users_pkey PRIMARY KEY (id)',
  ],
  indexes: [
    'valid CREATE INDEX users_by_email ON public.users USING btree (email)',
    'valid CREATE UNIQUE INDEX events_pkey ON public.events USING btree (id)',
    'valid CREATE UNIQUE INDEX users_pkey ON public.users USING btree (id)',
  ],
  rows: { contracted: [], events: [], users: ['{"id": 1, "name": "ada", "email": "ada@example.com"}'] },
  history: ['users/1.0.0 up 0', 'users/1.1.0 contract 0', 'users/1.1.0 up 0', 'users/1.2.0 up 0', 'users/1.3.0 up 0'],
};

const tablesAtA: Tables = {
  tables: ['sim-plans ACTIVE (id HASH S)'],
  items: ['sim-plans {"id":{"S":"p1"},"week":{"S":"2026-W01"}}'],
};

const tablesAtB: Tables = {
  tables: ['sim-lists ACTIVE (id HASH S)', 'sim-plans ACTIVE (id HASH S), byWeek ACTIVE (week HASH S) ALL'],
  items: tablesAtA.items,
};

/** A release that is created at once has no rows: nobody could write any before. */
const withoutRows = (content: Content): Content => ({
  ...content,
  rows: Object.fromEntries(Object.keys(content.rows).map((table) => [table, []])),
  items: [],
});

/** @param startsAtA rows were written before the operation began */
export function expectedContent(kind: Kind, ending: Ending, startsAtA: boolean): Content {
  if (ending === 'nothing') return empty;
  const sql = kind === 'dynamodb' ? empty : ending === 'A' ? sqlAtA : sqlAtB;
  const tables = kind === 'sql' ? empty : ending === 'A' ? tablesAtA : tablesAtB;
  const content = { ...sql, tables: tables.tables, items: tables.items };
  return startsAtA ? content : withoutRows(content);
}

/** What differs, a line each; undefined when nothing does. */
export function differences(expected: Content, found: Content): string | undefined {
  const lines = (Object.keys(expected) as (keyof Content)[]).flatMap((part) => {
    const [wanted, seen] = [JSON.stringify(expected[part]), JSON.stringify(found[part])];
    return wanted === seen ? [] : [`  ${part}: expected ${wanted}`, `  ${part}: found    ${seen}`];
  });
  return lines.length === 0 ? undefined : lines.join('\n');
}
