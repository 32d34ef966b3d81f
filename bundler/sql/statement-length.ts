import { databaseKinds } from '../../core/bundle/database-kinds';
import { MigrationError } from '../../core/errors/index';
import type { DatabaseKind } from '../../core/wire';
import type { SqlStatement } from './statement';

/** A statement must fit into one call of the RDS Data API (aws-facts RDS-7). */
export function checkLength({ text, location }: SqlStatement, databaseKind: DatabaseKind): readonly MigrationError[] {
  const longest = databaseKinds[databaseKind].maxStatementBytes!;
  const bytes = Buffer.byteLength(text);
  if (bytes <= longest) return [];
  const message = `The statement has ${bytes} bytes; the RDS Data API accepts at most ${longest}.`;
  const hint = 'Split it, for example an INSERT of many rows into several.';
  return [new MigrationError('STATEMENT_TOO_LONG', message, { payload: { bytes }, hint, location })];
}
