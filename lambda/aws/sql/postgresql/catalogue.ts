import { schema } from '../postgresql-protocol';
import { grantQueries } from './catalogue-grants';
import { otherQueries } from './catalogue-others';
import { relationQueries } from './catalogue-relations';

/** Characters of a definition in one row: a row of an answer has at most 64 KB, and a character 4 bytes (aws-facts RDS-7). */
const partLength = 15_000;

/** Characters in one answer, which has at most 1 MiB (aws-facts RDS-7). */
const pageLength = 200_000;

/**
 * The whole schema of a database in rows of `kind`, `name`, `part` and `text`, where the parts of a definition follow each other. With
 * `search_path` empty, so that names are qualified. The parameter `page` counts from 0; each row says in `pages` how many there are.
 */
export const catalogueQuery = `
WITH spaces AS (
  SELECT n.oid, n.nspname FROM pg_namespace n
  WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '${schema}')),
relations AS (
  SELECT c.oid, format('%I.%I', s.nspname, c.relname) AS name FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND NOT EXISTS (
    SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')),
objects (kind, name, definition) AS (${[...relationQueries, ...otherQueries, ...grantQueries].join('\nUNION ALL\n')}),
parts AS (
  SELECT kind, name, part, substr(definition, part * ${partLength} + 1, ${partLength}) AS text
  FROM objects CROSS JOIN LATERAL generate_series(0, greatest(length(definition) - 1, 0) / ${partLength}) part),
sized AS (
  SELECT kind, name, part, text, (sum(length(kind) + length(name) + length(text)) OVER (ORDER BY kind COLLATE "C",
    name COLLATE "C", part, text COLLATE "C" ROWS UNBOUNDED PRECEDING) - 1) / ${pageLength} AS page
  FROM parts)
SELECT kind, name, part, text, (SELECT max(page) + 1 FROM sized)::integer AS pages FROM sized
WHERE page = CAST(:page AS integer) ORDER BY kind COLLATE "C", name COLLATE "C", part`;
