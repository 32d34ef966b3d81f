import type { StatementUnit } from '../../../../core/ports';
import { type Token, tokensOf } from './tokens';

/** Statements that change or read rows: what MySQL can roll back (aws-facts RDS-16). */
const ofRows: readonly string[] = ['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'SELECT', 'WITH', 'DO', 'VALUES', 'TABLE'];

/** Settings whose change ends a transaction, or that outlive the session. */
const lastingSettings =
  /^(PASSWORD|AUTOCOMMIT|GLOBAL|PERSIST|PERSIST_ONLY|ROLE|RESOURCE|@@(GLOBAL|PERSIST|PERSIST_ONLY))$/;

/** Whether a statement can be part of a transaction. Of what is not known it cannot. */
export function isTransactional(statement: string): boolean {
  const [first, second, ...rest] = tokensOf(statement).filter(({ text }) => text !== '(');
  if (first?.kind !== 'word') return false;
  if (first.text !== 'SET') return ofRows.includes(first.text);
  const isLasting = (token: Token | undefined) => token?.kind === 'word' && lastingSettings.test(token.text);
  return !isLasting(second) && !rest.some((token) => isLasting(token));
}

/**
 * Neighbours that change rows are one transaction; everything else is on its own, because it commits what is open. A step has
 * its number from these units, so this rule must stay as it is for migrations that were begun.
 */
export function unitsOf(statements: readonly string[]): readonly StatementUnit[] {
  const units: { transactional: boolean; statements: number }[] = [];
  for (const statement of statements) {
    const transactional = isTransactional(statement);
    const last = units.at(-1);
    if (transactional && last?.transactional) last.statements += 1;
    else units.push({ transactional, statements: 1 });
  }
  return units;
}
