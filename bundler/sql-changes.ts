import type { AlterObjectSchemaStmt, DropStmt, RangeVar, RenameStmt } from 'libpg-query';
import type { ObjectChange } from '../core/bundle/safety';
import type { Node, ParsedStatement } from './postgres';

type Change = Omit<ObjectChange, 'location'>;

/** Objects whose loss or renaming breaks an application: those that hold data, and those that queries name. */
const objectWords: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_COLUMN: 'column',
  OBJECT_ATTRIBUTE: 'column',
  OBJECT_INDEX: 'index',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'view',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_SCHEMA: 'schema',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'type',
  OBJECT_EXTENSION: 'extension',
};

/**
 * What a statement creates, drops, renames and empties, according to its parse tree. What a DO block, a called function
 * or a cascade does is not seen. `IF NOT EXISTS` and `OR REPLACE` do not count as creating, because the object may exist.
 */
export function changesOf({ node, location }: ParsedStatement): readonly ObjectChange[] {
  return [...created(node), ...destroyed(node)].map((change) => ({ ...change, location }));
}

function created(node: Node): readonly Change[] {
  const create = (object: string, name: string | undefined, uncertain?: boolean): Change[] =>
    name === undefined || uncertain ? [] : [{ change: 'create', object, name }];
  if ('CreateStmt' in node) return create('table', nameOf(node.CreateStmt.relation), node.CreateStmt.if_not_exists);
  if ('CreateTableAsStmt' in node) {
    const { into, objtype = '', if_not_exists } = node.CreateTableAsStmt;
    return create(objectWords[objtype] ?? 'table', nameOf(into?.rel), if_not_exists);
  }
  if ('ViewStmt' in node) return create('view', nameOf(node.ViewStmt.view), node.ViewStmt.replace);
  if ('IndexStmt' in node) {
    const { idxname, relation, if_not_exists } = node.IndexStmt;
    return create('index', idxname && qualified([relation?.schemaname, idxname]), if_not_exists);
  }
  if ('CreateSeqStmt' in node)
    return create('sequence', nameOf(node.CreateSeqStmt.sequence), node.CreateSeqStmt.if_not_exists);
  if ('CreateSchemaStmt' in node)
    return create('schema', node.CreateSchemaStmt.schemaname, node.CreateSchemaStmt.if_not_exists);
  if ('CreateEnumStmt' in node) return create('type', qualified(texts(node.CreateEnumStmt.typeName)));
  if ('CreateDomainStmt' in node) return create('type', qualified(texts(node.CreateDomainStmt.domainname)));
  if ('CompositeTypeStmt' in node) return create('type', nameOf(node.CompositeTypeStmt.typevar));
  if ('AlterTableStmt' in node) return alteredColumns(node, 'AT_AddColumn').flatMap((name) => create('column', name));
  return [];
}

function destroyed(node: Node): readonly Change[] {
  if ('DropStmt' in node) return dropped(node.DropStmt);
  if ('RenameStmt' in node) return renamed(node.RenameStmt);
  if ('AlterObjectSchemaStmt' in node) return moved(node.AlterObjectSchemaStmt);
  if ('DropdbStmt' in node) return [{ change: 'drop', object: 'database', name: node.DropdbStmt.dbname ?? '' }];
  if ('AlterTableStmt' in node) {
    return alteredColumns(node, 'AT_DropColumn').map((name) => ({ change: 'drop', object: 'column', name }));
  }
  if ('TruncateStmt' in node) {
    const tables = (node.TruncateStmt.relations ?? []).map((table) =>
      'RangeVar' in table ? nameOf(table.RangeVar) : undefined,
    );
    return tables.map((name) => ({ change: 'empty', object: 'table', name: name ?? '' }));
  }
  if ('DeleteStmt' in node && !node.DeleteStmt.whereClause) {
    return [{ change: 'empty', object: 'table', name: nameOf(node.DeleteStmt.relation) ?? '' }];
  }
  return [];
}

function dropped({ removeType = 'OBJECT_TABLE', objects = [] }: DropStmt): Change[] {
  const object = objectWords[removeType];
  if (object === undefined) return [];
  return objects.map((dropped) => ({ change: 'drop', object, name: qualified(texts([dropped])) }));
}

function renamed(statement: RenameStmt): Change[] {
  const { renameType = 'OBJECT_TABLE', relation, object, subname, newname = '' } = statement;
  const word = objectWords[renameType];
  if (word === undefined || word === 'index') return [];
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

function alteredColumns(node: Extract<Node, { AlterTableStmt: unknown }>, subtype: string): string[] {
  const table = nameOf(node.AlterTableStmt.relation);
  return (node.AlterTableStmt.cmds ?? []).flatMap((command) => {
    if (!('AlterTableCmd' in command) || command.AlterTableCmd.subtype !== subtype) return [];
    const { name, def, missing_ok } = command.AlterTableCmd;
    const column = name ?? (def && 'ColumnDef' in def ? def.ColumnDef.colname : undefined);
    return column === undefined || (subtype === 'AT_AddColumn' && missing_ok) ? [] : [`${table}.${column}`];
  });
}

function nameOf(relation: RangeVar | undefined): string | undefined {
  return relation?.relname === undefined ? undefined : qualified([relation.schemaname, relation.relname]);
}

/** Without `public`, so that `users` and `public.users` are one table. */
function qualified(parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part, index) => part !== undefined && (part !== 'public' || index === parts.length - 1))
    .join('.');
}

/** The strings in a name, however the tree wraps them. */
function texts(nodes: readonly Node[] = []): readonly string[] {
  return nodes.flatMap((node): readonly string[] => {
    if ('String' in node) return [node.String.sval ?? ''];
    if ('List' in node) return texts(node.List.items);
    if ('TypeName' in node) return texts(node.TypeName.names);
    return [];
  });
}
