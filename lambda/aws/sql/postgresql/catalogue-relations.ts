/**
 * What a schema of PostgreSQL has in its tables, as queries with the columns `kind`, `name` and `definition`. They use the
 * tables `spaces` and `relations` of ./catalogue.ts. The order of columns is not looked at: statements name the columns that they
 * mean, and one that was dropped and added again is last.
 */

/** Of a list of options, in an order of their own. */
const options = (list: string) => `(SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(${list}) o)`;

const tables = `
  SELECT 'table', r.name, concat_ws(E'\\n',
    CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END || CASE c.relkind WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
    'OF ' || nullif(c.reloftype, 0)::regtype::text,
    'PARTITION BY ' || pg_get_partkeydef(c.oid),
    CASE WHEN c.relispartition THEN 'PARTITION OF ' ELSE 'INHERITS ' END || (
      SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
    pg_get_expr(c.relpartbound, c.oid),
    'USING ' || (SELECT nullif(a.amname, 'heap') FROM pg_am a WHERE a.oid = c.relam),
    'WITH (' || ${options('c.reloptions')} || ')',
    'TOAST WITH (' || (SELECT ${options('t.reloptions')} FROM pg_class t WHERE t.oid = c.reltoastrelid) || ')',
    'TABLESPACE ' || (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace),
    CASE WHEN c.relrowsecurity THEN 'ENABLE ROW LEVEL SECURITY' END,
    CASE WHEN c.relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END,
    CASE c.relreplident WHEN 'f' THEN 'REPLICA IDENTITY FULL' WHEN 'n' THEN 'REPLICA IDENTITY NOTHING' END,
    'SERVER ' || (SELECT s.srvname FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid))
  FROM relations r JOIN pg_class c ON c.oid = r.oid WHERE c.relkind IN ('r', 'p', 'f')`;

/**
 * An identity's sequence belongs to its column. PostgreSQL catalogues NOT NULL as a constraint only since version 18. Of the options
 * those that PostgreSQL documents: a server was seen that notes others of its own in every column, with a new value in each table.
 */
const columns = `
  SELECT 'column', r.name || '.' || quote_ident(a.attname), concat_ws(' ',
    format_type(a.atttypid, a.atttypmod),
    'COLLATE ' || (SELECT format('%I.%I', n.nspname, l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
      WHERE l.oid = a.attcollation AND l.oid <> t.typcollation),
    CASE WHEN a.attnotnull THEN 'NOT NULL' END,
    CASE WHEN EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n' AND a.attnum = ANY (k.conkey)
      AND NOT k.convalidated) THEN 'NOT VALID' END,
    CASE WHEN a.attgenerated = '' THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
      ELSE format('GENERATED ALWAYS AS (%s) %s', pg_get_expr(d.adbin, d.adrelid),
        CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END,
    'GENERATED ' || CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END || ' AS IDENTITY (' || (
      SELECT concat_ws(' ', 'INCREMENT', s.seqincrement, 'MINVALUE', s.seqmin, 'MAXVALUE', s.seqmax, 'START', s.seqstart,
        'CACHE', s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' END)
      FROM pg_depend p JOIN pg_sequence s ON s.seqrelid = p.objid
      WHERE p.refclassid = 'pg_class'::regclass AND p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i'
        AND p.classid = 'pg_class'::regclass) || ')',
    CASE WHEN a.attstorage <> t.typstorage THEN 'STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
      WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END,
    CASE a.attcompression WHEN 'p' THEN 'COMPRESSION pglz' WHEN 'l' THEN 'COMPRESSION lz4' END,
    'STATISTICS ' || CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
    'WITH (' || (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(a.attoptions) o WHERE o ~ '^n_distinct') || ')')
  FROM relations r JOIN pg_class c ON c.oid = r.oid JOIN pg_attribute a ON a.attrelid = c.oid
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND (c.relkind IN ('r', 'p', 'f') OR c.relkind = 'v' AND a.atthasdef)`;

/** A partition has those of its parent without saying so; neither does the parent say anything of theirs. */
const constraints = `
  SELECT 'constraint', r.name || '.' || quote_ident(k.conname), concat_ws(' ', pg_get_constraintdef(k.oid),
    'WITH (' || ${options('i.reloptions')} || ')', CASE WHEN x.indisclustered THEN 'CLUSTER' END,
    CASE WHEN x.indisreplident THEN 'REPLICA IDENTITY' END, CASE WHEN NOT x.indisvalid AND i.relkind = 'i' THEN 'INVALID' END)
  FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid
    LEFT JOIN pg_class i ON i.oid = k.conindid AND k.contype IN ('p', 'u', 'x') LEFT JOIN pg_index x ON x.indexrelid = i.oid
  WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0 AND (k.conislocal OR k.coninhcount = 0)`;

const indexes = `
  SELECT 'index', r.name || '.' || quote_ident(i.relname), concat_ws(' ',
    replace(pg_get_indexdef(i.oid), format('INDEX %I ON', i.relname), 'INDEX ON'),
    'TABLESPACE ' || (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = i.reltablespace),
    CASE WHEN x.indisclustered THEN 'CLUSTER' END, CASE WHEN x.indisreplident THEN 'REPLICA IDENTITY' END,
    CASE WHEN NOT x.indisvalid AND i.relkind = 'i' THEN 'INVALID' END)
  FROM relations r JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class i ON i.oid = x.indexrelid
  WHERE NOT i.relispartition AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))`;

const views = `
  SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, r.name,
    concat_ws(E'\\n', 'WITH (' || ${options('c.reloptions')} || ')', pg_get_viewdef(c.oid))
  FROM relations r JOIN pg_class c ON c.oid = r.oid WHERE c.relkind IN ('v', 'm')`;

const enabled = (column: string) =>
  `CASE ${column} WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ENABLED FOR REPLICA' WHEN 'A' THEN 'ENABLED ALWAYS' END`;

const triggers = `
  SELECT 'trigger', r.name || '.' || quote_ident(t.tgname), concat_ws(' ', pg_get_triggerdef(t.oid), ${enabled('t.tgenabled')})
  FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal AND t.tgparentid = 0`;

const rules = `
  SELECT 'rule', r.name || '.' || quote_ident(w.rulename), concat_ws(' ', pg_get_ruledef(w.oid), ${enabled('w.ev_enabled')})
  FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'`;

const policies = `
  SELECT 'policy', r.name || '.' || quote_ident(p.polname), concat_ws(' ',
    CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
    'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    'TO ' || (SELECT string_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(o) END, ', ' ORDER BY pg_get_userbyid(o))
      FROM unnest(p.polroles) o),
    'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', 'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
  FROM relations r JOIN pg_policy p ON p.polrelid = r.oid`;

const sequences = `
  SELECT 'sequence', r.name, concat_ws(' ', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END,
    'AS', format_type(s.seqtypid, NULL), 'INCREMENT', s.seqincrement, 'MINVALUE', s.seqmin, 'MAXVALUE', s.seqmax, 'START', s.seqstart,
    'CACHE', s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' END, 'OWNED BY ' || (
      SELECT p.refobjid::regclass::text || '.' || quote_ident(a.attname)
      FROM pg_depend p JOIN pg_attribute a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
      WHERE p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.refclassid = 'pg_class'::regclass AND p.deptype = 'a'))
  FROM relations r JOIN pg_class c ON c.oid = r.oid JOIN pg_sequence s ON s.seqrelid = c.oid
  WHERE NOT EXISTS (SELECT FROM pg_depend p WHERE p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.deptype = 'i')`;

const statistics = `
  SELECT 'statistics', format('%I.%I', s.nspname, e.stxname),
    regexp_replace(pg_get_statisticsobjdef(e.oid), '^CREATE STATISTICS \\S+ ', '')
  FROM spaces s JOIN pg_statistic_ext e ON e.stxnamespace = s.oid`;

export const relationQueries: readonly string[] = [
  ...[tables, columns, constraints, indexes, views, triggers, rules, policies, sequences, statistics],
];
