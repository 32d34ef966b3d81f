import { alterTable, splitAtCommas } from './alter-table';
import {
  type Clause,
  type Effect,
  isSameObject,
  type ObjectKind,
  objectEffect,
  type Parsed,
  unknownStatement,
} from './effects';
import { type QualifiedName, Reader, type Token, tokensOf } from './tokens';

/** What a statement does to what has a name in the schema. Of what it does not know it says nothing. */
export function parse(statement: string): Parsed {
  const tokens = tokensOf(statement);
  const reader = new Reader(tokens);
  if (reader.take('CREATE')) return created(statement, reader);
  if (reader.take('DROP')) return dropped(statement, reader);
  if (reader.take('ALTER')) return altered(statement, reader);
  if (reader.takeOne(['RENAME']) && reader.takeOne(['TABLE', 'TABLES'])) return renamedTables(statement, reader.rest);
  return reader.takeOne(repeatableVerbs) ? repeated(statement) : unknownStatement;
}

/** What they do, they can do again. */
const repeatableVerbs = [
  'GRANT',
  'REVOKE',
  'SET',
  'ANALYZE',
  'OPTIMIZE',
  'CHECK',
  'REPAIR',
  'FLUSH',
  'SHOW',
  'DESCRIBE',
];

function repeated(text: string): Parsed {
  return { clauses: [{ effects: [], isRepeatable: true, text }], objects: [] };
}

const objectWords: Readonly<Record<string, ObjectKind>> = {
  TABLE: 'table',
  VIEW: 'view',
  PROCEDURE: 'procedure',
  FUNCTION: 'function',
  TRIGGER: 'trigger',
  EVENT: 'event',
};

function created(text: string, reader: Reader): Parsed {
  const replaces = reader.take('OR', 'REPLACE');
  if (reader.takeOne(['TEMPORARY', 'USER', 'ROLE', 'DATABASE', 'SCHEMA', 'SERVER', 'TABLESPACE']))
    return unknownStatement;
  const what = passDefinitions(reader);
  if (what === undefined) return unknownStatement;
  const isCareful = reader.take('IF', 'NOT', 'EXISTS');
  if (what === 'INDEX') return index(text, reader, 'there', isCareful);
  return objects(text, objectWords[what]!, [reader.qualified()], 'there', replaces || isCareful);
}

/** Passes by what stands between CREATE and the kind of object, such as `DEFINER = app@localhost SQL SECURITY INVOKER`. */
function passDefinitions(reader: Reader): string | undefined {
  for (let passed = 0; passed < 24; passed += 1) {
    const found = reader.takeOne([...Object.keys(objectWords), 'INDEX']);
    if (found !== undefined || reader.skip() === undefined) return found;
  }
  return undefined;
}

function dropped(text: string, reader: Reader): Parsed {
  if (reader.take('TEMPORARY')) return unknownStatement;
  const what = reader.takeOne([...Object.keys(objectWords), 'TABLES', 'INDEX']);
  if (what === undefined) return unknownStatement;
  const isCareful = reader.take('IF', 'EXISTS');
  if (what === 'INDEX') return index(text, reader, 'gone', isCareful);
  const kind = what === 'TABLES' ? 'table' : objectWords[what]!;
  const names = splitAtCommas(reader.rest).map((part) => new Reader(part).qualified());
  const head = text.slice(0, reader.next?.start);
  return { ...objects(text, kind, names, 'gone', isCareful), head };
}

function altered(text: string, reader: Reader): Parsed {
  reader.takeOne(['ONLINE', 'IGNORE']);
  if (!reader.take('TABLE')) return repeated(text);
  reader.take('IF', 'EXISTS');
  const table = reader.qualified();
  return table ? alterTable(text, table, reader.rest) : unknownStatement;
}

function objects(
  text: string,
  what: ObjectKind,
  names: readonly (QualifiedName | undefined)[],
  becomes: 'there' | 'gone',
  isRepeatable: boolean,
): Parsed {
  const known = names.filter((name) => name !== undefined);
  if (known.length < names.length || known.length === 0) return unknownStatement;
  return {
    clauses: known.map((name) => ({
      effects: [objectEffect(what, name, becomes)],
      isRepeatable,
      text: known.length === 1 ? text : quoted(name),
    })),
    objects: known.map((name) => ({ what, ...name })),
  };
}

/** `INDEX name [USING BTREE] ON table` */
function index(text: string, reader: Reader, becomes: 'there' | 'gone', isRepeatable: boolean): Parsed {
  const name = reader.name();
  while (reader.next && !reader.take('ON')) reader.skip();
  const table = reader.qualified();
  if (name === undefined || !table) return unknownStatement;
  const effect = { what: 'index', name, table: table.name, database: table.database, becomes } as const;
  return { clauses: [{ effects: [effect], isRepeatable, text }], objects: [{ what: 'table', ...table }] };
}

/**
 * Which names there are after all renames and were not before, and the other way round. Tables that only change places show
 * nothing of it.
 */
function renamedTables(text: string, tokens: readonly Token[]): Parsed {
  const pairs = splitAtCommas(tokens).map((part) => {
    const reader = new Reader(part);
    const from = reader.qualified();
    return reader.take('TO') ? { from, to: reader.qualified() } : { from, to: undefined };
  });
  if (pairs.some(({ from, to }) => !from || !to)) return unknownStatement;
  const [from, to] = [pairs.map((pair) => pair.from!), pairs.map((pair) => pair.to!)];
  const isIn = (names: readonly QualifiedName[], one: QualifiedName) =>
    names.some((name) => quoted(name) === quoted(one));
  const gone = from.filter((name) => !isIn(to, name));
  const there = to.filter((name) => !isIn(from, name));
  if (gone.length === 0) return unknownStatement;
  const clause: Clause = {
    effects: [
      ...gone.map((name) => objectEffect('table', name, 'gone')),
      ...there.map((name) => objectEffect('table', name, 'there')),
    ],
    isRepeatable: false,
    text,
  };
  return { clauses: [clause], objects: [...from, ...there].map((name) => ({ what: 'table', ...name })) };
}

function quoted({ database, name }: QualifiedName): string {
  const quote = (part: string) => `\`${part.replaceAll('`', '``')}\``;
  return database === undefined ? quote(name) : `${quote(database)}.${quote(name)}`;
}

/**
 * The clauses for which something is left to do. One that makes what another of them removes before, as in
 * `DROP INDEX a, ADD INDEX a (b, c)`, is not done because there is something of that name.
 */
export function clausesLeft({ clauses }: Parsed, isDone: (clause: Clause) => boolean): readonly Clause[] {
  const open = clauses.filter((clause) => !isDone(clause));
  const isRemoved = (effect: Effect) =>
    effect.becomes === 'there' &&
    open.some(({ effects }) => effects.some((other) => other.becomes === 'gone' && isSameObject(other, effect)));
  return clauses.filter((clause) => open.includes(clause) || clause.effects.some(isRemoved));
}

/** A statement with only those of its clauses for which something is left to do; undefined for none. */
export function withClauses({ clauses, head }: Parsed, text: string, left: readonly Clause[]): string | undefined {
  const isAll = left.length === clauses.length;
  if (left.every(({ isOption }) => isOption)) return undefined;
  return isAll || head === undefined ? text : head + left.map((clause) => clause.text).join(', ');
}

/** The same statement with ALGORITHM=INSTANT, when its author left the algorithm open and InnoDB may know a way
 * (aws-facts RDS-19). */
export function asInstant(statement: string): string | undefined {
  const { clauses, head } = parse(statement);
  if (head === undefined || clauses.length === 0 || !clauses.every(({ mayBeInstant }) => mayBeInstant))
    return undefined;
  return `${statement.slice(0, head.length)}${clauses.map(({ text }) => text).join(', ')}, ALGORITHM=INSTANT`;
}

export { quoted as quotedName };
