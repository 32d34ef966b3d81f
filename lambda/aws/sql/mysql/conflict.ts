import type { StatementConflict } from '../../../../core/ports';
import { type Effect, isSameObject, type Parsed } from './effects';
import { areThere, type Execute } from './look';
import { parse } from './statements';

/**
 * The first of these statements, which run one after the other, that makes what is there before all of them, or removes what is not.
 * Of what an earlier one of them may have changed nothing is said, and neither of anything after one that is not understood.
 */
export async function findConflict(
  execute: Execute,
  statements: readonly string[],
): Promise<StatementConflict | undefined> {
  const questions = foreseeable(statements.map(parse));
  const there = await areThere(
    execute,
    questions.map(({ effect }) => effect),
  );
  const found = questions.find(({ effect }) => there.get(effect) === (effect.becomes === 'there'));
  if (!found) return undefined;
  const { table, what, name, becomes } = found.effect;
  return {
    statement: found.statement,
    object: `${what} ${table === undefined ? name : `${table}.${name}`}`,
    is: becomes === 'there' ? 'there' : 'missing',
  };
}

interface Question {
  readonly statement: number;
  readonly effect: Effect;
}

function foreseeable(statements: readonly Parsed[]): readonly Question[] {
  const questions: Question[] = [];
  const before: Effect[] = [];
  for (const [statement, { clauses }] of statements.entries()) {
    // It may have changed anything.
    if (clauses.length === 0) break;
    const all = clauses.flatMap(({ effects }) => effects);
    for (const { effects, isRepeatable } of clauses) {
      const isAsked = (effect: Effect) =>
        !isRepeatable &&
        isRefused(effect) &&
        all.filter((other) => isSameObject(other, effect)).length === 1 &&
        !before.some((earlier) => mayChange(earlier, effect));
      questions.push(...effects.filter(isAsked).map((effect) => ({ statement, effect })));
    }
    before.push(...all);
  }
  return questions;
}

/** What RENAME TABLE and DROP TABLE remove may be a view, or one of several. */
function isRefused({ what, becomes }: Effect): boolean {
  return becomes === 'there' || what !== 'table';
}

/** Dropping a table drops its triggers; changes of columns and constraints make and remove indexes. */
function mayChange(earlier: Effect, effect: Effect): boolean {
  if (isSameObject(earlier, effect)) return true;
  if (earlier.what === 'table' && effect.what === 'trigger') return earlier.becomes === 'gone';
  if (effect.table === undefined) return false;
  const isSameTable = (name: string | undefined) => name?.toLowerCase() === effect.table?.toLowerCase();
  if (earlier.what === 'table') return isSameTable(earlier.name);
  return effect.what !== 'column' && isSameTable(earlier.table);
}
