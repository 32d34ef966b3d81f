import type { AlterObjectSchemaStmt, AlterTableStmt, DropStmt, RenameStmt } from 'libpg-query';
import type { ObjectChange } from '../../core/bundle/safety';
import { alteredTable } from './alter-table';
import type { KnownColumns } from './columns';
import type { Node, ParsedStatement } from './parser';
import { changedRows } from './rows';
import { effectsOf, nameOf, qualified, texts } from './tree';

type Change = Omit<ObjectChange, 'location'>;

/**
 * Objects whose loss or renaming breaks an application: those that hold data, and those that queries name. No indexes:
 * they hold nothing of their own.
 */
const objectWords: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_COLUMN: 'column',
  OBJECT_ATTRIBUTE: 'column',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'view',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_SCHEMA: 'schema',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'type',
  OBJECT_EXTENSION: 'extension',
  OBJECT_DATABASE: 'database',
};

/**
 * What a statement creates, drops, renames and empties, according to its parse tree: also the statements inside of it,
 * such as a DELETE in a WITH query. What a DO block, a called function or a cascade does is not seen. `IF NOT EXISTS` and
 * `OR REPLACE` are marked as uncertain, because the object may exist.
 * @param columns the columns before the statement
 */
export function changesOf({ node, location }: ParsedStatement, columns: KnownColumns): readonly ObjectChange[] {
  return effectsOf(node)
    .flatMap((effect) => [...created(effect), ...destroyed(effect, columns)])
    .map((change) => ({ ...change, location }));
}

function created(node: Node): readonly Change[] {
  const create = (object: string, name: string | undefined, uncertain?: boolean): Change[] =>
    name === undefined ? [] : [{ change: 'create', object, name, uncertain }];
  if ('CreateStmt' in node) return create('table', nameOf(node.CreateStmt.relation), node.CreateStmt.if_not_exists);
  if ('CreateTableAsStmt' in node) {
    const { into, objtype = '', if_not_exists } = node.CreateTableAsStmt;
    return create(objectWords[objtype] ?? 'table', nameOf(into?.rel), if_not_exists);
  }
  if ('SelectStmt' in node) return create('table', nameOf(node.SelectStmt.intoClause?.rel));
  if ('ViewStmt' in node) return create('view', nameOf(node.ViewStmt.view), node.ViewStmt.replace);
  if ('CreateSeqStmt' in node)
    return create('sequence', nameOf(node.CreateSeqStmt.sequence), node.CreateSeqStmt.if_not_exists);
  if ('CreateSchemaStmt' in node)
    return create('schema', node.CreateSchemaStmt.schemaname, node.CreateSchemaStmt.if_not_exists);
  if ('CreateEnumStmt' in node) return create('type', qualified(texts(node.CreateEnumStmt.typeName)));
  if ('CreateDomainStmt' in node) return create('type', qualified(texts(node.CreateDomainStmt.domainname)));
  if ('CompositeTypeStmt' in node) return create('type', nameOf(node.CompositeTypeStmt.typevar));
  if ('AlterTableStmt' in node) return createdColumns(node.AlterTableStmt);
  return [];
}

function createdColumns({ relation, cmds = [] }: AlterTableStmt): readonly Change[] {
  return cmds.flatMap((command): Change[] => {
    if (!('AlterTableCmd' in command) || command.AlterTableCmd.subtype !== 'AT_AddColumn') return [];
    const { def, missing_ok } = command.AlterTableCmd;
    if (!def || !('ColumnDef' in def)) return [];
    const name = `${nameOf(relation)}.${def.ColumnDef.colname}`;
    return [{ change: 'create', object: 'column', name, uncertain: missing_ok }];
  });
}

function destroyed(node: Node, columns: KnownColumns): readonly Change[] {
  if ('DropStmt' in node) return dropped(node.DropStmt);
  if ('RenameStmt' in node) return renamed(node.RenameStmt);
  if ('AlterObjectSchemaStmt' in node) return moved(node.AlterObjectSchemaStmt);
  if ('DropdbStmt' in node) return [{ change: 'drop', object: 'database', name: node.DropdbStmt.dbname ?? '' }];
  if ('DropOwnedStmt' in node) {
    const roles = (node.DropOwnedStmt.roles ?? []).map((role) => ('RoleSpec' in role ? role.RoleSpec.rolename : ''));
    return [
      { change: 'drop', object: 'everything owned by', name: roles.map((role) => role ?? 'this role').join(', ') },
    ];
  }
  if ('AlterEnumStmt' in node) {
    const { typeName, oldVal, newVal } = node.AlterEnumStmt;
    const type = { object: 'type', name: qualified(texts(typeName)) };
    if (oldVal === undefined) return [{ change: 'extend', ...type }];
    // The type itself keeps its name.
    return [{ change: 'rename', ...type, newName: type.name, detail: `value '${oldVal}' to '${newVal}'` }];
  }
  if ('AlterTableStmt' in node) return alteredTable(node.AlterTableStmt, columns);
  return changedRows(node);
}

function dropped({ removeType = 'OBJECT_TABLE', objects = [], behavior }: DropStmt): Change[] {
  const cascades = behavior === 'DROP_CASCADE';
  if (cascades && containers[removeType] !== undefined) {
    const detail = 'with its foreign tables';
    return objects.map((dropped) => ({
      change: 'drop',
      object: containers[removeType]!,
      name: texts([dropped])[0]!,
      detail,
    }));
  }
  const object = objectWords[removeType];
  if (object === undefined) return [];
  return objects.map((dropped) => ({ change: 'drop', object, name: qualified(texts([dropped])) }));
}

/** What has no data itself, but takes foreign tables with it. */
const containers: Readonly<Record<string, string>> = {
  OBJECT_FOREIGN_SERVER: 'server',
  OBJECT_FDW: 'foreign data wrapper',
};

function renamed(statement: RenameStmt): Change[] {
  const { renameType = 'OBJECT_TABLE', relation, object, subname, newname = '' } = statement;
  const word = objectWords[renameType];
  if (word === undefined) return [];
  if (word === 'column') {
    const table = nameOf(relation);
    return [{ change: 'rename', object: word, name: `${table}.${subname}`, newName: `${table}.${newname}` }];
  }
  const old = nameOf(relation) ?? (object ? qualified(texts([object])) : (subname ?? ''));
  const schema = old.includes('.') ? old.slice(0, old.lastIndexOf('.')) : undefined;
  return [{ change: 'rename', object: word, name: old, newName: qualified([schema, newname]) }];
}

/** To another schema, which is another name to everything that uses the object. */
function moved({ objectType = 'OBJECT_TABLE', relation, object, newschema }: AlterObjectSchemaStmt): Change[] {
  const word = objectWords[objectType];
  const old = nameOf(relation) ?? (object ? qualified(texts([object])) : undefined);
  if (word === undefined || old === undefined) return [];
  return [
    { change: 'rename', object: word, name: old, newName: qualified([newschema, old.slice(old.lastIndexOf('.') + 1)]) },
  ];
}
