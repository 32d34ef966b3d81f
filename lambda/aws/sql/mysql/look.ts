import { sha256 } from '../../../../core/bundle/checksum';
import { hasCode } from '../../../../core/errors/index';
import type { SqlResult } from '../../../../core/ports';
import type { Clause, DescribedObject, Effect, ObjectKind } from './effects';
import { saysMissing } from './errors';
import { quotedName } from './statements';

export type Execute = (statement: string, parameters?: Readonly<Record<string, unknown>>) => Promise<SqlResult>;

/** Which clauses have their effect, for those that have one that can be seen: all of it (`present`), nothing, or a part. */
export async function lookAtClauses(
  execute: Execute,
  clauses: readonly Clause[],
): Promise<ReadonlyMap<Clause, 'present' | 'absent' | 'different'>> {
  const visible = clauses.filter(({ effects }) => effects.length > 0);
  const there = await areThere(
    execute,
    visible.flatMap(({ effects }) => effects),
  );
  return new Map(
    visible.map((clause) => {
      const met = clause.effects.filter((effect) => there.get(effect) === (effect.becomes === 'there'));
      const isAll = met.length === clause.effects.length;
      return [clause, isAll ? 'present' : met.length === 0 ? 'absent' : 'different'];
    }),
  );
}

/** Names that are asked about with one statement: its text and its parameters have limits (aws-facts RDS-7). */
const most = 100;

/** Asks about names, with one statement unless they are many. */
export async function areThere(execute: Execute, effects: readonly Effect[]): Promise<ReadonlyMap<Effect, boolean>> {
  const found = new Map<Effect, boolean>();
  for (let from = 0; from < effects.length; from += most) {
    const some = await areSomeThere(execute, effects.slice(from, from + most));
    for (const [effect, isThere] of some) found.set(effect, isThere);
  }
  return found;
}

async function areSomeThere(execute: Execute, effects: readonly Effect[]): Promise<ReadonlyMap<Effect, boolean>> {
  const parameters: Record<string, string> = {};
  const questions = effects.map((effect, index) => {
    const parameter = (name: string, value: string) => {
      parameters[`${name}${index}`] = value;
      return `:${name}${index}`;
    };
    return `EXISTS (${question(effect, parameter)}) AS e${index}`;
  });
  const { rows } = await execute(`SELECT ${questions.join(', ')}`, parameters);
  return new Map(effects.map((effect, index) => [effect, Number(rows[0]?.[`e${index}`]) === 1]));
}

/** Where information_schema has a kind of object: its table, and the columns of database and name. */
const places: Readonly<Record<Effect['what'], readonly [table: string, database: string, name: string, and?: string]>> =
  {
    table: ['tables', 'table_schema', 'table_name', "table_type <> 'VIEW'"],
    view: ['views', 'table_schema', 'table_name'],
    procedure: ['routines', 'routine_schema', 'routine_name', "routine_type = 'PROCEDURE'"],
    function: ['routines', 'routine_schema', 'routine_name', "routine_type = 'FUNCTION'"],
    trigger: ['triggers', 'trigger_schema', 'trigger_name'],
    event: ['events', 'event_schema', 'event_name'],
    column: ['columns', 'table_schema', 'column_name'],
    index: ['statistics', 'table_schema', 'index_name'],
    constraint: ['table_constraints', 'table_schema', 'constraint_name'],
  };

function question(effect: Effect, parameter: (name: string, value: string) => string): string {
  const [place, database, name, and] = places[effect.what];
  const conditions = [
    `${database} = ${effect.database === undefined ? 'DATABASE()' : parameter('d', effect.database)}`,
    `${name} = ${parameter('n', effect.name)}`,
    ...(effect.table === undefined ? [] : [`table_name = ${parameter('t', effect.table)}`]),
    ...(and === undefined ? [] : [and]),
  ];
  return `SELECT 1 FROM information_schema.${place} WHERE ${conditions.join(' AND ')}`;
}

/** How the database describes objects, as a digest. Undefined when it does not say it of all of them. */
export async function describe(execute: Execute, objects: readonly DescribedObject[]): Promise<string | undefined> {
  const descriptions: (string | null)[] = [];
  for (const object of objects) {
    const description = await descriptionOf(execute, object);
    if (description === undefined) return undefined;
    descriptions.push(description);
  }
  return descriptions.length === 0 ? undefined : sha256(JSON.stringify(descriptions));
}

/** Null for what does not exist. */
async function descriptionOf(execute: Execute, object: DescribedObject): Promise<string | null | undefined> {
  try {
    const { rows } = await execute(`SHOW CREATE ${verbs[object.what]} ${quotedName(object)}`);
    // The next number of AUTO_INCREMENT changes with the rows.
    return JSON.stringify(rows).replace(/ AUTO_INCREMENT=\d+/g, '');
  } catch (error) {
    if (!hasCode(error, 'STATEMENT_FAILED')) throw error;
    return saysMissing(error.payload) ? null : undefined;
  }
}

const verbs: Readonly<Record<ObjectKind, string>> = {
  table: 'TABLE',
  view: 'VIEW',
  procedure: 'PROCEDURE',
  function: 'FUNCTION',
  trigger: 'TRIGGER',
  event: 'EVENT',
};
