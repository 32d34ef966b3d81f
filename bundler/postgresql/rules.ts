import { MigrationError } from '../../core/errors/index';
import { checkLength } from '../sql/statement-length';
import type { Node, ParsedStatement } from './parser';
import { checkSession } from './session';
import { isOn } from './tree';

/** The rules for a statement in any section. */
export function checkStatement(statement: ParsedStatement, transaction: boolean): readonly MigrationError[] {
  const { node, text, location } = statement;
  const errors: MigrationError[] = [...checkLength(statement, 'aurora-postgresql')];
  if ('TransactionStmt' in node || isSetTransaction(node)) {
    const message = `${'TransactionStmt' in node ? firstWord(text) : 'SET TRANSACTION'} is not allowed in a section: the engine begins and ends transactions itself.`;
    const hint = transaction ? 'Remove it: the section already is one transaction.' : 'Remove it.';
    errors.push(new MigrationError('TRANSACTION_CONTROL', message, { hint, location }));
  }
  const alone = transaction ? runsOnlyAlone(node) : undefined;
  if (alone !== undefined) {
    const message = `PostgreSQL runs ${alone} only outside of a transaction, but this section is one.`;
    const hint = 'Write transaction:false after the section marker, or move the statement into a migration of its own.';
    errors.push(new MigrationError('NOT_TRANSACTIONAL', message, { hint, location }));
  }
  return [...errors, ...checkSession(statement, transaction)];
}

/** A verify statement may only read: a SELECT, all of whose WITH queries are SELECTs, without INTO and FOR UPDATE. */
export function checkVerify({ node, location }: ParsedStatement): readonly MigrationError[] {
  if (isPlainSelect(node)) return [];
  return [
    new MigrationError(
      'VERIFY_NOT_SELECT',
      'A verify statement must be a plain SELECT, because verification changes nothing.',
      {
        hint: 'Write a SELECT that returns one row, beginning with true when all is well, such as select count(*) = 0 from ...',
        location,
      },
    ),
  ];
}

function isPlainSelect(node: Node | undefined): boolean {
  if (node === undefined || !('SelectStmt' in node)) return false;
  const { intoClause, lockingClause, withClause, larg, rarg } = node.SelectStmt;
  const queries = (withClause?.ctes ?? []).map((cte) =>
    'CommonTableExpr' in cte ? cte.CommonTableExpr.ctequery : undefined,
  );
  const branches = [larg, rarg].flatMap((branch): Node[] => (branch ? [{ SelectStmt: branch }] : []));
  return !intoClause && !lockingClause?.length && [...queries, ...branches].every(isPlainSelect);
}

/** The name of a statement that PostgreSQL refuses inside a transaction block. */
function runsOnlyAlone(node: Node): string | undefined {
  if ('IndexStmt' in node && node.IndexStmt.concurrent) return 'CREATE INDEX CONCURRENTLY';
  if ('DropStmt' in node && node.DropStmt.concurrent) return 'DROP INDEX CONCURRENTLY';
  if ('ReindexStmt' in node && isReindexAlone(node.ReindexStmt)) return 'this REINDEX';
  if ('VacuumStmt' in node && node.VacuumStmt.is_vacuumcmd) return 'VACUUM';
  if ('ClusterStmt' in node && !node.ClusterStmt.relation) return 'CLUSTER without a table';
  if ('AlterTableStmt' in node && node.AlterTableStmt.cmds?.some(detachesConcurrently))
    return 'DETACH PARTITION CONCURRENTLY';
  const alone = Object.entries(aloneByNode).find(([name]) => name in node);
  return alone?.[1];
}

const aloneByNode = {
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterSystemStmt: 'ALTER SYSTEM',
  CreateSubscriptionStmt: 'CREATE SUBSCRIPTION',
  DropSubscriptionStmt: 'DROP SUBSCRIPTION',
} as const;

function isReindexAlone({ kind, params }: { kind?: string; params?: readonly Node[] }): boolean {
  return isOn(params, 'concurrently') || !['REINDEX_OBJECT_INDEX', 'REINDEX_OBJECT_TABLE'].includes(kind ?? '');
}

function detachesConcurrently(command: Node): boolean {
  if (!('AlterTableCmd' in command) || command.AlterTableCmd.subtype !== 'AT_DetachPartition') return false;
  const { def } = command.AlterTableCmd;
  return def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true;
}

/** PostgreSQL takes most of it only before the first query of a transaction, and the engine's own come before. */
function isSetTransaction(node: Node): boolean {
  return 'VariableSetStmt' in node && /^TRANSACTION( SNAPSHOT)?$/.test(node.VariableSetStmt.name ?? '');
}

function firstWord(text: string): string {
  return text.split(/\s/, 1)[0]!.toUpperCase();
}
