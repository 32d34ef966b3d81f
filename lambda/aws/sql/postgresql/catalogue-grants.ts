/** Comments, and who may do what, in the form of ./catalogue-relations.ts. */

/** Names of roles, and of nobody in particular. The owner is whoever made the object. */
const grantee = `CASE g.grantee WHEN 0 THEN 'PUBLIC' WHEN g.owner THEN 'owner' ELSE quote_ident(pg_get_userbyid(g.grantee)) END`;

/** The rights that an extension gave to what it made; null for what none made. */
const initial = (catalogue: string, oid: string) => `(SELECT i.initprivs FROM pg_init_privs i
      WHERE i.classoid = '${catalogue}'::regclass AND i.objoid = ${oid} AND i.objsubid = 0 AND i.privtype = 'e')`;

/** What has an owner and a list of rights: `object`, `letter` of its kind for acldefault(), `owner`, `acl`, and what it was made with. */
const owned = `
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence ' ELSE 'table ' END || r.name AS object,
      CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char" AS letter, c.relowner AS owner, c.relacl AS acl, NULL::aclitem[] AS initial
    FROM relations r JOIN pg_class c ON c.oid = r.oid
    UNION ALL SELECT 'column ' || r.name || '.' || quote_ident(a.attname), 'c', c.relowner, a.attacl, NULL
    FROM relations r JOIN pg_class c ON c.oid = r.oid JOIN pg_attribute a ON a.attrelid = c.oid
    UNION ALL SELECT 'schema ' || quote_ident(s.nspname), 'n', n.nspowner, n.nspacl, ${initial('pg_namespace', 'n.oid')}
    FROM spaces s JOIN pg_namespace n ON n.oid = s.oid
    UNION ALL SELECT format('function %I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), 'f', p.proowner, p.proacl, ${initial('pg_proc', 'p.oid')}
    FROM spaces s JOIN pg_proc p ON p.pronamespace = s.oid
    UNION ALL SELECT format('type %I.%I', s.nspname, t.typname), 'T', t.typowner, t.typacl, ${initial('pg_type', 't.oid')}
    FROM spaces s JOIN pg_type t ON t.typnamespace = s.oid
    UNION ALL SELECT 'foreign server ' || quote_ident(f.srvname), 'S', f.srvowner, f.srvacl, ${initial('pg_foreign_server', 'f.oid')}
    FROM pg_foreign_server f`;

/** With the rights that a new object of its kind has, or that its extension gave to it: `usual`. */
const secured = `SELECT o.*, coalesce(o.initial, acldefault(o.letter, o.owner)) AS usual FROM (${owned}) o`;

/**
 * What deviates from the rights that a new object has: \`acldefault\` knows those of its version, so that a right which a newer one
 * added is no difference. All rights together are called ALL for the same reason.
 */
const grants = `
  SELECT g.kind, format('%s to %s', g.object, ${grantee}), CASE WHEN count(*) = (
      SELECT count(*) FROM aclexplode(acldefault(g.letter, g.owner)) e WHERE e.grantee = g.owner) THEN 'ALL'
    ELSE string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) END
    || CASE WHEN bool_or(g.is_grantable) THEN ' (WITH GRANT OPTION: ' || string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
      FILTER (WHERE g.is_grantable) || ')' ELSE '' END
  FROM (
    SELECT d.kind, s.object, s.letter, s.owner, d.grantee, d.privilege_type, d.is_grantable FROM (${secured}) s
    CROSS JOIN LATERAL (
      (SELECT 'grant' AS kind, e.grantee, e.privilege_type, e.is_grantable FROM aclexplode(s.acl) e
       EXCEPT SELECT 'grant', e.grantee, e.privilege_type, e.is_grantable FROM aclexplode(s.usual) e)
      UNION ALL
      (SELECT 'revoked', e.grantee, e.privilege_type, false FROM aclexplode(s.usual) e WHERE s.letter <> 'c'
       EXCEPT SELECT 'revoked', e.grantee, e.privilege_type, false FROM aclexplode(s.acl) e)) d
    WHERE s.acl IS NOT NULL) g
  GROUP BY g.kind, g.object, g.letter, g.owner, g.grantee`;

const defaultPrivileges = `
  SELECT 'default privileges', format('%s in %s to %s', d.defaclobjtype, coalesce(quote_ident(s.nspname), 'any schema'),
      CASE e.grantee WHEN 0 THEN 'PUBLIC' WHEN d.defaclrole THEN 'owner' ELSE quote_ident(pg_get_userbyid(e.grantee)) END),
    string_agg(e.privilege_type || CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', ' ORDER BY e.privilege_type)
  FROM pg_default_acl d LEFT JOIN spaces s ON s.oid = d.defaclnamespace CROSS JOIN LATERAL aclexplode(d.defaclacl) e
  GROUP BY d.defaclobjtype, s.nspname, d.defaclrole, e.grantee`;

/** OIDs below 16384 are those of the system. Of what an extension owns, and of itself, the extension says it. */
const comments = `
  SELECT 'comment', i.type || ' ' || i.identity, d.description
  FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  WHERE d.objoid >= 16384 AND d.classoid NOT IN ('pg_extension'::regclass, 'pg_largeobject'::regclass)
    AND (i.schema IS NULL OR i.schema IN (SELECT nspname FROM spaces)) AND i.identity NOT LIKE '%cdk_migrations.%'
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')`;

export const grantQueries: readonly string[] = [grants, defaultPrivileges, comments];
