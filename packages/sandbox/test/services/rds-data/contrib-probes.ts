/** Asks an extension for something that only its own code can answer. */
export interface Probe {
  readonly prepare?: readonly string[];
  readonly ask: string;
  /** The first column of the first row. From PostgreSQL's documentation, or the same on a PostgreSQL server. */
  readonly answer: unknown;
}

/** By the name that PGlite's package gives to the module. */
export const CONTRIB_PROBES: Readonly<Record<string, Probe>> = {
  amcheck: { ask: "SELECT count(*) FROM (SELECT bt_index_check('pg_class_oid_index')) AS checked", answer: 1 },
  auto_explain: { ask: "SELECT current_setting('auto_explain.log_format')", answer: 'text' },
  bloom: {
    prepare: [
      'CREATE TABLE flower AS SELECT n FROM generate_series(1, 100) AS n',
      'CREATE INDEX ON flower USING bloom (n)',
    ],
    ask: 'SELECT count(*) FROM flower WHERE n = 7',
    answer: 1,
  },
  btree_gin: {
    prepare: [
      'CREATE TABLE juniper AS SELECT n FROM generate_series(1, 100) AS n',
      'CREATE INDEX ON juniper USING gin (n)',
    ],
    ask: 'SELECT count(*) FROM juniper WHERE n = 7',
    answer: 1,
  },
  btree_gist: {
    prepare: [
      'CREATE TABLE booking (room int, hours int4range, EXCLUDE USING gist (room WITH =, hours WITH &&))',
      "INSERT INTO booking VALUES (1, '[1,3)'), (2, '[1,3)')",
      "INSERT INTO booking VALUES (1, '[2,4)') ON CONFLICT DO NOTHING",
    ],
    ask: 'SELECT count(*) FROM booking',
    answer: 2,
  },
  citext: { ask: "SELECT 'Larry'::citext = 'lARRY'", answer: true },
  cube: { ask: "SELECT cube_distance('(0,0)', '(3,4)')", answer: 5 },
  dict_int: { ask: "SELECT ts_lexize('intdict', '12345678')::text", answer: '{123456}' },
  dict_xsyn: {
    prepare: ["ALTER TEXT SEARCH DICTIONARY xsyn (RULES = 'xsyn_sample', KEEPORIG = false)"],
    ask: "SELECT ts_lexize('xsyn', 'supernova')::text",
    answer: '{sn,sne,1987a}',
  },
  earthdistance: { ask: 'SELECT earth()::int', answer: 6378168 },
  file_fdw: {
    prepare: [
      'CREATE SERVER files FOREIGN DATA WRAPPER file_fdw',
      "CREATE FOREIGN TABLE version (number int) SERVER files OPTIONS (filename 'PG_VERSION')",
    ],
    ask: "SELECT number = current_setting('server_version_num')::int / 10000 FROM version",
    answer: true,
  },
  fuzzystrmatch: { ask: "SELECT levenshtein('GUMBO', 'GAMBOL')", answer: 2 },
  hstore: { ask: "SELECT 'a=>x, b=>y'::hstore -> 'a'", answer: 'x' },
  intarray: { ask: "SELECT ('{1,2,3}'::int[] & '{2,3,4}'::int[])::text", answer: '{2,3}' },
  isn: { ask: "SELECT isbn('978-0-393-04002-9')::text", answer: '0-393-04002-X' },
  lo: { ask: 'SELECT lo_oid(7::oid::lo)::int', answer: 7 },
  ltree: { ask: "SELECT subpath('Top.Child1.Child2', 0, 2)::text", answer: 'Top.Child1' },
  moddatetime: {
    prepare: [
      'CREATE TABLE note (body text, changed timestamptz)',
      `CREATE TRIGGER touched BEFORE UPDATE ON note FOR EACH ROW EXECUTE PROCEDURE moddatetime(changed)`,
      "INSERT INTO note VALUES ('draft', '2000-01-01')",
      "UPDATE note SET body = 'final'",
    ],
    ask: "SELECT changed > '2020-01-01' FROM note",
    answer: true,
  },
  pageinspect: { ask: "SELECT pagesize FROM page_header(get_raw_page('pg_class', 0))", answer: 8192 },
  pg_buffercache: { ask: 'SELECT count(*) > 0 FROM pg_buffercache WHERE relfilenode IS NOT NULL', answer: true },
  pg_freespacemap: { ask: "SELECT count(*) > 0 FROM pg_freespace('pg_class')", answer: true },
  // Its code answers only when it was preloaded: extensions.test.ts tests that by itself.
  pg_stat_statements: { ask: "SELECT count(*) FROM pg_proc WHERE proname = 'pg_stat_statements_reset'", answer: 1 },
  pg_surgery: {
    prepare: [
      'CREATE TABLE patient AS SELECT 1 AS a',
      "SELECT heap_force_kill('patient'::regclass, ARRAY['(0,1)']::tid[])",
    ],
    ask: 'SELECT count(*) FROM patient',
    answer: 0,
  },
  pg_trgm: { ask: "SELECT similarity('word', 'two words')::text", answer: '0.36363637' },
  pg_visibility: { ask: "SELECT all_visible >= 0 FROM pg_visibility_map_summary('pg_class')", answer: true },
  pg_walinspect: {
    ask: 'SELECT count(*) FROM pg_control_checkpoint() AS last, pg_get_wal_record_info(last.redo_lsn)',
    answer: 1,
  },
  pgcrypto: {
    ask: "SELECT encode(digest('abc', 'sha256'), 'hex')",
    answer: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  },
  seg: { ask: "SELECT '1 .. 3'::seg && '2 .. 4'::seg", answer: true },
  tablefunc: { ask: 'SELECT count(*) FROM normal_rand(5, 0, 1)', answer: 5 },
  tcn: {
    prepare: [
      'CREATE TABLE watched (id int PRIMARY KEY)',
      `CREATE TRIGGER told AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION triggered_change_notification()`,
      'INSERT INTO watched VALUES (1)',
    ],
    ask: 'SELECT count(*) FROM watched',
    answer: 1,
  },
  tsm_system_rows: { ask: 'SELECT count(*) FROM pg_class TABLESAMPLE SYSTEM_ROWS(3)', answer: 3 },
  tsm_system_time: { ask: 'SELECT count(*) > 0 FROM pg_class TABLESAMPLE SYSTEM_TIME(1000)', answer: true },
  unaccent: { ask: "SELECT unaccent('Hôtel')", answer: 'Hotel' },
  uuid_ossp: {
    ask: "SELECT uuid_generate_v5(uuid_ns_dns(), 'www.example.com')::text",
    answer: '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  },
};
