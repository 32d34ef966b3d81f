import type { VariableSetStmt } from 'libpg-query';
import { MigrationError } from '../../core/errors/index';
import { copyFromStdin } from './foreign-text';
import type { Node, ParsedStatement } from './parser';
import { effectsOf, nodesOf, texts } from './tree';

/** The schema of the engine's own tables, see lambda/aws/sql/postgresql-protocol. */
const reserved = 'cdk_migrations';

/**
 * What a migration cannot do through the RDS Data API. Its sessions are pooled, and reset before others use them
 * (aws-facts RDS-20): that a setting ends must not depend on this, nor that one reaches the next call.
 */
export function checkSession(statement: ParsedStatement, transaction: boolean): readonly MigrationError[] {
  const { node, location } = statement;
  const setting = settingMessage(node, transaction);
  const unsupported = unsupportedStatement(node) ?? (transaction ? undefined : temporary(node));
  return [
    ...(setting ? [new MigrationError('SESSION_SETTING', setting.message, { hint: setting.hint, location })] : []),
    ...(unsupported
      ? [new MigrationError('UNSUPPORTED_STATEMENT', unsupported.message, { hint: unsupported.hint, location })]
      : []),
    ...(touchesReserved(node) ? [reservedSchema(statement)] : []),
  ];
}

interface Text {
  readonly message: string;
  readonly hint: string;
}

const outlives = 'It outlives the section in a session that the RDS Data API shares, until something resets it.';

function settingMessage(node: Node, transaction: boolean): Text | undefined {
  if ('VariableSetStmt' in node) return variableMessage(node.VariableSetStmt, transaction);
  if (!effectsOf(node).some(setsForSession)) return undefined;
  return {
    message: `set_config with false changes a setting of the session. ${outlives}`,
    hint: 'Pass true, so that it ends with the transaction.',
  };
}

function variableMessage({ kind, name, is_local }: VariableSetStmt, transaction: boolean): Text | undefined {
  // Settings of the transaction, not of the session.
  if (kind === 'VAR_SET_MULTI' && name !== 'SESSION CHARACTERISTICS') return undefined;
  const isReset = kind === 'VAR_RESET' || kind === 'VAR_RESET_ALL';
  const command = isReset ? 'RESET' : 'SET';
  const what = kind === 'VAR_RESET_ALL' ? 'ALL' : (name ?? '');
  if (is_local && transaction) return undefined;
  if (!transaction) {
    return {
      message: is_local
        ? `SET LOCAL ${what} has no effect here: each statement of this section is a transaction of its own.`
        : `${command} ${what} does not reach the next statement: each of this section has a session of its own.`,
      hint: 'Remove it: name the schema in each statement, or set it for good with ALTER ROLE or ALTER FUNCTION ... SET.',
    };
  }
  return {
    message: `${command} ${what} changes a setting of the session. ${outlives}`,
    hint: isReset
      ? 'Remove it: what SET LOCAL has set ends with the transaction.'
      : `Write SET LOCAL ${what === 'role' ? 'ROLE' : what}, which ends with the transaction.`,
  };
}

function setsForSession(node: Node): boolean {
  if (!('FuncCall' in node) || texts(node.FuncCall.funcname).at(-1) !== 'set_config') return false;
  const [, , isLocal] = node.FuncCall.args ?? [];
  const value = isLocal && 'TypeCast' in isLocal ? isLocal.TypeCast.arg : isLocal;
  if (!value || !('A_Const' in value)) return false;
  // Protobuf leaves out false.
  if (value.A_Const.boolval) return value.A_Const.boolval.boolval !== true;
  return /^(f|false|off|no|0)$/i.test(value.A_Const.sval?.sval ?? '');
}

function unsupportedStatement(node: Node): Text | undefined {
  if ('DiscardStmt' in node) {
    const { target = 'DISCARD_ALL' } = node.DiscardStmt;
    return {
      message: `${target.replace('_', ' ')} empties the session, which belongs to the RDS Data API.`,
      hint: 'Remove it: a migration has nothing to discard.',
    };
  }
  if ('AlterDatabaseStmt' in node && node.AlterDatabaseStmt.options?.some(isTablespace)) {
    return {
      message: 'ALTER DATABASE ... SET TABLESPACE needs a database that nobody is connected to, and a migration is.',
      hint: 'Remove it; on Aurora a tablespace is only a name.',
    };
  }
  if ('CopyStmt' in node && !node.CopyStmt.filename && !node.CopyStmt.is_program) {
    if (node.CopyStmt.is_from) return copyFromStdin;
    return {
      message: 'COPY TO STDOUT needs a stream, which the RDS Data API does not have.',
      hint: 'Remove it: a migration has nobody to send rows to.',
    };
  }
  return undefined;
}

/** A temporary table or view, which the next statement would not find. */
function temporary(node: Node): Text | undefined {
  const made = [
    ...('CreateStmt' in node ? [node.CreateStmt.relation] : []),
    ...('CreateTableAsStmt' in node ? [node.CreateTableAsStmt.into?.rel] : []),
    ...('SelectStmt' in node ? [node.SelectStmt.intoClause?.rel] : []),
    ...('ViewStmt' in node ? [node.ViewStmt.view] : []),
  ];
  if (!made.some((relation) => relation?.relpersistence === 't')) return undefined;
  return {
    message: 'What is TEMPORARY does not reach the next statement: each of this section has a session of its own.',
    hint: 'Create an ordinary table and drop it when you have done, or use it in a section that is one transaction.',
  };
}

function isTablespace(option: Node): boolean {
  return 'DefElem' in option && option.DefElem.defname === 'tablespace';
}

/** Names of the schema, and code that names it: what a DO block does is not parsed. */
function touchesReserved(node: Node): boolean {
  const isSetting = 'VariableSetStmt' in node;
  return nodesOf(node).some((part) => {
    if ('A_Const' in part) return isSetting && part.A_Const.sval?.sval === reserved;
    if ('String' in part) return part.String.sval === reserved || code.test(part.String.sval ?? '');
    return Object.values(part).some((body) => Object.values(body ?? {}).some(isReservedName));
  });
}

const code = new RegExp(`\\b${reserved}"?\\s*\\.`);

/** Also names that the tree keeps without a node of their own, such as those of tables. */
function isReservedName(value: unknown): boolean {
  if (value === reserved) return true;
  return typeof value === 'object' && value !== null && (value as { schemaname?: unknown }).schemaname === reserved;
}

function reservedSchema({ location }: ParsedStatement): MigrationError {
  const message = `The statement names the schema ${reserved}, in which the engine keeps what it has applied.`;
  return new MigrationError('RESERVED_SCHEMA', message, {
    hint: 'Leave that schema to the engine; give your own another name.',
    location,
  });
}
