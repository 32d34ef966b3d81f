/** What a schema of PostgreSQL has besides tables, in the form of ./catalogue-relations.ts. */

const isOwned = (catalogue: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend own WHERE own.classid = '${catalogue}'::regclass AND own.objid = ${oid} AND own.deptype = 'e')`;

const schemas = `SELECT 'schema', quote_ident(s.nspname), 'SCHEMA' FROM spaces s WHERE NOT ${isOwned('pg_namespace', 's.oid')}`;

/** Without the version: that of the server counts when a new database is made, and engines update it. */
const extensions = `
  SELECT 'extension', quote_ident(e.extname), 'SCHEMA ' || quote_ident(n.nspname)
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`;

const signature = 'pg_get_function_identity_arguments(p.oid)';

const routines = `
  SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
    format('%I.%I(%s)', s.nspname, p.proname, ${signature}),
    CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE (
      SELECT concat_ws(' ', 'SFUNC', a.aggtransfn::regprocedure::text, 'STYPE', format_type(a.aggtranstype, NULL), 'SSPACE',
        a.aggtransspace, 'FINALFUNC', nullif(a.aggfinalfn, 0)::regprocedure::text, 'FINALFUNC_MODIFY', a.aggfinalmodify,
        'COMBINEFUNC', nullif(a.aggcombinefn, 0)::regprocedure::text, 'INITCOND', a.agginitval, 'MSFUNC',
        nullif(a.aggmtransfn, 0)::regprocedure::text, 'SORTOP', nullif(a.aggsortop, 0)::regoperator::text, 'PARALLEL', p.proparallel)
      FROM pg_aggregate a WHERE a.aggfnoid = p.oid) END
  FROM spaces s JOIN pg_proc p ON p.pronamespace = s.oid WHERE NOT ${isOwned('pg_proc', 'p.oid')}`;

const collation = (column: string, base: string) =>
  `'COLLATE ' || (SELECT format('%I.%I', n.nspname, l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
     WHERE l.oid = ${column} AND l.oid <> ${base})`;

/** The order counts, of labels and of the columns of a composite type. */
const types = `
  SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, format('%I.%I', s.nspname, t.typname), CASE t.typtype
    WHEN 'e' THEN 'ENUM (' || coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
      FROM pg_enum e WHERE e.enumtypid = t.oid), '') || ')'
    WHEN 'c' THEN '(' || coalesce((SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        ${collation('a.attcollation', 'b.typcollation')}), ', ' ORDER BY a.attnum)
      FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
      WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')'
    WHEN 'd' THEN concat_ws(' ', format_type(t.typbasetype, t.typtypmod), ${collation('t.typcollation', '(SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype)')},
      'DEFAULT ' || t.typdefault, CASE WHEN t.typnotnull THEN 'NOT NULL' END,
      (SELECT string_agg(concat_ws(' ', 'CONSTRAINT', quote_ident(k.conname), pg_get_constraintdef(k.oid)), ' ' ORDER BY k.conname)
       FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))
    WHEN 'r' THEN (SELECT concat_ws(' ', 'RANGE OF', format_type(g.rngsubtype, NULL),
        'OPCLASS ' || (SELECT o.opcname FROM pg_opclass o WHERE o.oid = g.rngsubopc),
        'CANONICAL ' || nullif(g.rngcanonical::oid, 0)::regprocedure::text, 'DIFF ' || nullif(g.rngsubdiff::oid, 0)::regprocedure::text)
      FROM pg_range g WHERE g.rngtypid = t.oid)
    ELSE concat_ws(' ', 'INPUT', t.typinput::text, 'OUTPUT', t.typoutput::text, 'LENGTH', t.typlen) END
  FROM spaces s JOIN pg_type t ON t.typnamespace = s.oid LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typtype IN ('e', 'c', 'd', 'r', 'b') AND (t.typtype <> 'c' OR c.relkind = 'c')
    AND NOT (t.typtype = 'b' AND t.typcategory = 'A') AND NOT ${isOwned('pg_type', 't.oid')}`;

const collations = `
  SELECT 'collation', format('%I.%I', s.nspname, c.collname), concat_ws(' ', 'PROVIDER', c.collprovider, 'LOCALE',
    coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate),
    CASE WHEN NOT c.collisdeterministic THEN 'NOT DETERMINISTIC' END)
  FROM spaces s JOIN pg_collation c ON c.collnamespace = s.oid WHERE NOT ${isOwned('pg_collation', 'c.oid')}`;

const operators = `
  SELECT 'operator', format('%I.%s (%s, %s)', s.nspname, o.oprname, format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL)),
    concat_ws(' ', 'FUNCTION', o.oprcode::regprocedure::text, 'COMMUTATOR', nullif(o.oprcom, 0)::regoperator::text,
      'NEGATOR', nullif(o.oprnegate, 0)::regoperator::text, 'RESTRICT', nullif(o.oprrest::oid, 0)::regproc::text,
      'JOIN', nullif(o.oprjoin::oid, 0)::regproc::text, CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END)
  FROM spaces s JOIN pg_operator o ON o.oprnamespace = s.oid WHERE NOT ${isOwned('pg_operator', 'o.oid')}`;

const operatorClasses = `
  SELECT 'operator class', format('%I.%I USING %I', s.nspname, c.opcname, m.amname), concat_ws(' ', CASE WHEN c.opcdefault THEN 'DEFAULT' END,
    'FOR TYPE', format_type(c.opcintype, NULL),
    (SELECT string_agg(format('OPERATOR %s %s', a.amopstrategy, a.amopopr::regoperator), ' ' ORDER BY a.amopstrategy, a.amopopr::regoperator::text)
     FROM pg_amop a WHERE a.amopfamily = c.opcfamily AND a.amoplefttype = c.opcintype),
    (SELECT string_agg(format('FUNCTION %s %s', a.amprocnum, a.amproc::regprocedure), ' ' ORDER BY a.amprocnum, a.amproc::regprocedure::text)
     FROM pg_amproc a WHERE a.amprocfamily = c.opcfamily AND a.amproclefttype = c.opcintype))
  FROM spaces s JOIN pg_opclass c ON c.opcnamespace = s.oid JOIN pg_am m ON m.oid = c.opcmethod WHERE NOT ${isOwned('pg_opclass', 'c.oid')}`;

/** OIDs below 16384 are those of the system. */
const casts = `
  SELECT 'cast', format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
    concat_ws(' ', 'METHOD', c.castmethod, nullif(c.castfunc, 0)::regprocedure::text, 'CONTEXT', c.castcontext)
  FROM pg_cast c WHERE c.oid >= 16384 AND NOT ${isOwned('pg_cast', 'c.oid')}`;

const textSearch = `
  SELECT 'text search configuration', format('%I.%I', s.nspname, c.cfgname), (
    SELECT string_agg(format('%s: %s', (SELECT t.alias FROM ts_token_type(c.cfgparser) t WHERE t.tokid = k.maptokentype), k.dictionaries),
      ', ' ORDER BY k.maptokentype)
    FROM (SELECT m.maptokentype, string_agg(m.mapdict::regdictionary::text, ' ' ORDER BY m.mapseqno) AS dictionaries
      FROM pg_ts_config_map m WHERE m.mapcfg = c.oid GROUP BY 1) k)
  FROM spaces s JOIN pg_ts_config c ON c.cfgnamespace = s.oid WHERE NOT ${isOwned('pg_ts_config', 'c.oid')}
  UNION ALL SELECT 'text search dictionary', format('%I.%I', s.nspname, d.dictname), concat_ws(' ', 'TEMPLATE',
    (SELECT t.tmplname FROM pg_ts_template t WHERE t.oid = d.dicttemplate), d.dictinitoption)
  FROM spaces s JOIN pg_ts_dict d ON d.dictnamespace = s.oid WHERE NOT ${isOwned('pg_ts_dict', 'd.oid')}`;

const eventTriggers = `
  SELECT 'event trigger', quote_ident(e.evtname), concat_ws(' ', 'ON', e.evtevent, 'WHEN TAG IN (' || array_to_string(e.evttags, ', ') || ')',
    'EXECUTE', e.evtfoid::regprocedure::text, CASE e.evtenabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ENABLED FOR REPLICA' WHEN 'A' THEN 'ENABLED ALWAYS' END)
  FROM pg_event_trigger e WHERE NOT ${isOwned('pg_event_trigger', 'e.oid')}`;

const publications = `
  SELECT 'publication', quote_ident(p.pubname), concat_ws(' ', CASE WHEN p.puballtables THEN 'FOR ALL TABLES' END,
    'FOR TABLE ' || (SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text)
      FROM pg_publication_rel r WHERE r.prpubid = p.oid),
    'PUBLISH', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
    CASE WHEN p.pubtruncate THEN 'truncate' END, CASE WHEN p.pubviaroot THEN 'VIA ROOT' END)
  FROM pg_publication p`;

/** Options may be secrets, so they are compared by their digests. */
const foreignServers = `
  SELECT 'foreign server', quote_ident(s.srvname), concat_ws(' ', 'WRAPPER', w.fdwname, 'TYPE ' || s.srvtype, 'VERSION ' || s.srvversion,
    'OPTIONS (' || (SELECT string_agg(format('%s %s', split_part(o, '=', 1), left(md5(o), 12)), ', ' ORDER BY o) FROM unnest(s.srvoptions) o) || ')')
  FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE NOT ${isOwned('pg_foreign_server', 's.oid')}`;

export const otherQueries: readonly string[] = [
  ...[schemas, extensions, routines, types, collations, operators, operatorClasses, casts, textSearch, eventTriggers],
  ...[publications, foreignServers],
];
