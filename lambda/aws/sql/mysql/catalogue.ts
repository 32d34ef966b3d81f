import { fence, history, segmentFence } from '../mysql-protocol';

/** Characters of a definition in one row: a row of an answer has at most 64 KB, and a character 4 bytes (aws-facts RDS-7). */
const partLength = 15_000;
/** Characters in one answer, which has at most 1 MiB (aws-facts RDS-7). */
const pageLength = 200_000;

/** Of queries with the columns `kind`, `name`, `part` and `text`: what belongs to one definition is its parts, one after the other. */
const own = (schema: string, table: string) =>
  `${schema} = DATABASE() AND ${table} NOT IN ('${fence}', '${history}', '${segmentFence}')`;

const tables = `
  SELECT 'table' AS kind, table_name AS name, 0 AS part, CONCAT_WS(' ', table_type, CONCAT('ENGINE ', engine),
    CONCAT('COLLATE ', table_collation), CONCAT('ROW_FORMAT ', row_format),
    NULLIF(TRIM(REPLACE(create_options, 'partitioned', '')), ''), IF(table_comment = '', NULL, CONCAT('COMMENT ', QUOTE(table_comment)))) AS text
  FROM information_schema.tables WHERE ${own('table_schema', 'table_name')} AND table_type <> 'VIEW'`;

/** The order of columns is not looked at: one that was dropped and added again is last. */
const columns = `
  SELECT 'column', CONCAT(c.table_name, '.', c.column_name), 0, CONCAT_WS(' ', c.column_type, CONCAT('COLLATE ', c.collation_name),
    IF(c.is_nullable = 'NO', 'NOT NULL', NULL), CONCAT('DEFAULT ', c.column_default),
    IF(c.generation_expression IS NULL OR c.generation_expression = '', NULL, CONCAT('AS (', c.generation_expression, ')')),
    NULLIF(c.extra, ''), IF(c.column_comment = '', NULL, CONCAT('COMMENT ', QUOTE(c.column_comment))))
  FROM information_schema.columns c JOIN information_schema.tables t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type <> 'VIEW'
  WHERE ${own('c.table_schema', 'c.table_name')}`;

/** MySQL indexes expressions and hides indexes; MariaDB ignores them. */
const indexes = (isMariaDb: boolean) => `
  SELECT 'index', CONCAT(table_name, '.', index_name), seq_in_index - 1, CONCAT(
    IF(seq_in_index = 1, CONCAT_WS(' ', IF(non_unique = 0, 'UNIQUE', NULL), index_type,
      ${isMariaDb ? "IF(ignored = 'YES', 'IGNORED', NULL)" : "IF(is_visible = 'NO', 'INVISIBLE', NULL)"},
      IF(index_comment = '', NULL, CONCAT('COMMENT ', QUOTE(index_comment))), 'ON '), ', '),
    ${isMariaDb ? 'column_name' : "COALESCE(column_name, CONCAT('(', expression, ')'))"},
    IF(sub_part IS NULL, '', CONCAT('(', sub_part, ')')), IF(collation = 'D', ' DESC', ''))
  FROM information_schema.statistics WHERE ${own('table_schema', 'table_name')}`;

const foreignKeys = `
  SELECT 'constraint', CONCAT(r.table_name, '.', r.constraint_name), k.ordinal_position - 1, CONCAT(IF(k.ordinal_position = 1,
      CONCAT_WS(' ', 'FOREIGN KEY TO', IF(k.referenced_table_schema = DATABASE(), NULL, k.referenced_table_schema), r.referenced_table_name,
        'ON UPDATE', r.update_rule, 'ON DELETE', r.delete_rule, 'OF '), ', '), k.column_name, ' = ', k.referenced_column_name)
  FROM information_schema.referential_constraints r JOIN information_schema.key_column_usage k
    ON k.constraint_schema = r.constraint_schema AND k.constraint_name = r.constraint_name AND k.table_name = r.table_name
  WHERE ${own('r.constraint_schema', 'r.table_name')} AND k.referenced_table_name IS NOT NULL`;

const checks = (isMariaDb: boolean) =>
  isMariaDb
    ? `
  SELECT 'constraint', CONCAT(table_name, '.', constraint_name), 0, CONCAT('CHECK (', check_clause, ')')
  FROM information_schema.check_constraints WHERE ${own('constraint_schema', 'table_name')}`
    : `
  SELECT 'constraint', CONCAT(t.table_name, '.', c.constraint_name), 0,
    CONCAT('CHECK (', c.check_clause, ')', IF(t.enforced = 'NO', ' NOT ENFORCED', ''))
  FROM information_schema.check_constraints c JOIN information_schema.table_constraints t
    ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'
  WHERE ${own('t.table_schema', 't.table_name')}`;

/** Whoever asks is who made it, unless it says otherwise. */
const definer = `IF(definer = CURRENT_USER(), NULL, CONCAT('DEFINER ', definer))`;

/** A view names its own database. */
const views = `
  SELECT 'view', table_name, 0, CONCAT_WS(' ', ${definer}, CONCAT('SQL SECURITY ', security_type),
    IF(check_option = 'NONE', NULL, CONCAT('CHECK OPTION ', check_option)), REPLACE(view_definition, CONCAT('\`', DATABASE(), '\`.'), ''))
  FROM information_schema.views WHERE ${own('table_schema', 'table_name')}`;

const triggers = `
  SELECT 'trigger', CONCAT(event_object_table, '.', trigger_name), 0, CONCAT_WS(' ', ${definer}, action_timing, event_manipulation,
    CONCAT('ORDER ', action_order), action_statement)
  FROM information_schema.triggers WHERE ${own('trigger_schema', 'event_object_table')}`;

const routines = `
  SELECT LOWER(routine_type), routine_name, 0, CONCAT_WS(' ', ${definer}, CONCAT('RETURNS ', NULLIF(dtd_identifier, '')),
    IF(is_deterministic = 'YES', 'DETERMINISTIC', NULL), sql_data_access, CONCAT('SQL SECURITY ', security_type),
    IF(routine_comment = '', NULL, CONCAT('COMMENT ', QUOTE(routine_comment))), routine_definition)
  FROM information_schema.routines WHERE routine_schema = DATABASE()`;

const parameters = `
  SELECT 'parameter', CONCAT(LOWER(routine_type), ' ', specific_name, '.', parameter_name), 0,
    CONCAT_WS(' ', ordinal_position, parameter_mode, dtd_identifier)
  FROM information_schema.parameters WHERE specific_schema = DATABASE() AND ordinal_position > 0`;

/** Without the time at which it begins: that is the time of its creation unless it says otherwise. */
const events = `
  SELECT 'event', event_name, 0, CONCAT_WS(' ', ${definer}, event_type, CONCAT('EVERY ', interval_value, ' ', interval_field), status,
    CONCAT('ON COMPLETION ', on_completion), IF(event_comment = '', NULL, CONCAT('COMMENT ', QUOTE(event_comment))), event_definition)
  FROM information_schema.events WHERE event_schema = DATABASE()`;

const partitions = `
  SELECT 'partition', CONCAT(table_name, '.', partition_name), 0, CONCAT_WS(' ', partition_method, partition_expression,
    CONCAT('VALUES ', partition_description), CONCAT('SUBPARTITION ', subpartition_name, ' BY ', subpartition_method, ' ', subpartition_expression))
  FROM information_schema.partitions WHERE ${own('table_schema', 'table_name')} AND partition_name IS NOT NULL
    AND (subpartition_ordinal_position IS NULL OR subpartition_ordinal_position = 1)`;

/**
 * The whole schema of a database in the form that ../catalogue-rows.ts reads. Grants are not in it: those of a database belong to
 * its server.
 */
export function catalogueQuery(isMariaDb: boolean): string {
  const all = [
    ...[tables, columns, indexes(isMariaDb), foreignKeys, checks(isMariaDb), views, triggers, routines, parameters],
    ...[events, partitions],
  ];
  // What information_schema says has several collations. One that tells all letters apart orders it.
  const binary = (column: string) => `CONVERT(${column} USING utf8mb4) COLLATE utf8mb4_bin AS ${column}`;
  const numbers = Array.from({ length: 32 }, (_, number) => `SELECT ${number} AS number`).join(' UNION ALL ');
  return `
WITH objects AS (SELECT ${binary('kind')}, ${binary('name')}, part, ${binary('text')} FROM (${all.join('\nUNION ALL\n')}) every_object),
parts AS (
  SELECT kind, name, part * 100 + number AS part, SUBSTRING(text, number * ${partLength} + 1, ${partLength}) AS text
  FROM objects JOIN (${numbers}) n ON number = 0 OR number * ${partLength} < CHAR_LENGTH(text)),
sized AS (
  SELECT kind, name, part, text, FLOOR((SUM(CHAR_LENGTH(kind) + CHAR_LENGTH(name) + CHAR_LENGTH(text))
    OVER (ORDER BY kind, name, part ROWS UNBOUNDED PRECEDING) - 1) / ${pageLength}) AS page
  FROM parts)
SELECT kind, name, part, text, (SELECT CAST(MAX(page) + 1 AS SIGNED) FROM sized) AS pages FROM sized
WHERE page = CAST(:page AS SIGNED) ORDER BY kind, name, part`;
}
