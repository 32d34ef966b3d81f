/**
 * What the protocol keeps and runs inside a PostgreSQL database: a fence, a history, and functions that make a section one
 * call. Everything is in a schema of its own, so that it is not among the user's tables.
 *
 * The names of functions end in the version of their contract. A rollback runs with older code on a database that newer
 * code prepared, so a function never changes: a new contract is a new function beside the old one.
 */
export const schema = 'cdk_migrations';

const version = 2;

export const applySection = `${schema}.apply_section_${version}`;
export const raiseFence = `${schema}.raise_fence_${version}`;
/** How long an attempt has been without a lock that it needs: milliseconds since this was asked for the first time. */
export const lockWait = `${schema}.lock_wait_${version}`;

/** SQLSTATE of our own for a verification that did not return true. */
const unverified = 'CM001';

/** Statements that make all of it. Each may be run again. The last one makes what tells that all the others have run. */
export const protocolStatements: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS ${schema}`,
  `CREATE TABLE IF NOT EXISTS ${schema}.history (
     scope text NOT NULL, id text NOT NULL, phase text NOT NULL, step integer NOT NULL,
     checksum text NOT NULL, deployment text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (scope, id, phase, step))`,
  `CREATE TABLE IF NOT EXISTS ${schema}.fence (scope text PRIMARY KEY, token bigint NOT NULL)`,
  // What a section failed with whose call was lost or took too long: the next call of the same attempt reports it.
  `CREATE TABLE IF NOT EXISTS ${schema}.failure (
     scope text NOT NULL, id text NOT NULL, phase text NOT NULL, step integer NOT NULL,
     attempt text NOT NULL, outcome text NOT NULL, statement integer NOT NULL, code text NOT NULL, message text NOT NULL,
     PRIMARY KEY (scope, id, phase, step))`,
  // Since when an attempt has been without a lock that it needs: a later process of the same attempt goes on counting.
  `CREATE TABLE IF NOT EXISTS ${schema}.lock_wait (
     scope text NOT NULL, id text NOT NULL, phase text NOT NULL, step integer NOT NULL, attempt text NOT NULL,
     since timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (scope, id, phase, step))`,
  `CREATE OR REPLACE FUNCTION ${lockWait}(p_scope text, p_id text, p_phase text, p_step integer, p_attempt text)
   RETURNS bigint LANGUAGE sql AS $function$
     INSERT INTO ${schema}.lock_wait AS w (scope, id, phase, step, attempt)
       VALUES (p_scope, p_id, p_phase, p_step, p_attempt)
       ON CONFLICT (scope, id, phase, step) DO UPDATE SET attempt = EXCLUDED.attempt,
         since = CASE WHEN w.attempt = EXCLUDED.attempt THEN w.since ELSE EXCLUDED.since END
       RETURNING (extract(epoch FROM clock_timestamp() - w.since) * 1000)::bigint
   $function$`,
  `CREATE OR REPLACE FUNCTION ${applySection}(
     p_scope text, p_token bigint, p_id text, p_phase text, p_step integer, p_checksum text, p_deployment text,
     p_attempt text, p_change text, p_lock_timeout text, p_statements jsonb, p_verify jsonb,
     OUT outcome text, OUT statement integer, OUT code text, OUT message text)
   LANGUAGE plpgsql AS $function$
   DECLARE
     v_token bigint;
     v_known ${schema}.history;
     v_row record;
     v_first text;
   BEGIN
     BEGIN
       SELECT f.token INTO v_token FROM ${schema}.fence f WHERE f.scope = p_scope FOR UPDATE NOWAIT;
     EXCEPTION WHEN lock_not_available THEN
       outcome := 'busy';
       RETURN;
     END;
     IF v_token IS DISTINCT FROM p_token THEN
       outcome := 'fenced';
       RETURN;
     END IF;
     SELECT f.outcome, f.statement, f.code, f.message INTO outcome, statement, code, message FROM ${schema}.failure f
       WHERE f.scope = p_scope AND f.id = p_id AND f.phase = p_phase AND f.step = p_step AND f.attempt = p_attempt;
     IF FOUND THEN
       RETURN;
     END IF;
     statement := -1;
     -- A subtransaction: nothing of a section that fails stays, and its failure can still be recorded.
     BEGIN
       IF p_change = 'add' THEN
         INSERT INTO ${schema}.history (scope, id, phase, step, checksum, deployment)
           VALUES (p_scope, p_id, p_phase, p_step, p_checksum, p_deployment) ON CONFLICT DO NOTHING;
         IF NOT FOUND THEN
           SELECT * INTO v_known FROM ${schema}.history h
             WHERE h.scope = p_scope AND h.id = p_id AND h.phase = p_phase AND h.step = p_step;
           outcome := CASE WHEN v_known.checksum <> p_checksum THEN 'edited'
                           WHEN v_known.deployment = p_deployment THEN 'already' ELSE 'foreign' END;
           message := v_known.checksum;
           RETURN;
         END IF;
       ELSE
         -- What another deployment did is not ours to undo.
         DELETE FROM ${schema}.history h
           WHERE h.scope = p_scope AND h.id = p_id AND h.deployment = p_deployment;
         IF NOT FOUND THEN
           outcome := 'already';
           RETURN;
         END IF;
       END IF;
       -- A statement may set its own, which holds until the end of the transaction.
       PERFORM set_config('lock_timeout', p_lock_timeout, true);
       FOR i IN 0 .. jsonb_array_length(p_statements) - 1 LOOP
         statement := i;
         EXECUTE p_statements ->> i;
       END LOOP;
       -- Of no single statement: a deferred constraint fails here rather than at the end of the transaction.
       statement := -1;
       SET CONSTRAINTS ALL IMMEDIATE;
       FOR i IN 0 .. jsonb_array_length(p_verify) - 1 LOOP
         statement := jsonb_array_length(p_statements) + i;
         BEGIN
           EXECUTE p_verify ->> i INTO STRICT v_row;
         EXCEPTION
           WHEN no_data_found THEN RAISE EXCEPTION USING ERRCODE = '${unverified}', MESSAGE = '0 rows';
           WHEN too_many_rows THEN RAISE EXCEPTION USING ERRCODE = '${unverified}', MESSAGE = 'several rows';
         END;
         SELECT column_of_row.value::text INTO v_first
           FROM json_each(row_to_json(v_row)) WITH ORDINALITY AS column_of_row ORDER BY ordinality LIMIT 1;
         IF v_first IS DISTINCT FROM 'true' THEN
           RAISE EXCEPTION USING ERRCODE = '${unverified}', MESSAGE = coalesce(v_first, 'no column');
         END IF;
       END LOOP;
       outcome := 'done';
       RETURN;
     EXCEPTION WHEN OTHERS THEN
       GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
     END;
     -- Not recorded as a failure: it is tried again, also by the call that comes back for a lost answer. Of a deadlock
     -- (40P01), too, nothing stays, and whoever waited for us goes on.
     IF code IN ('55P03', '40P01') THEN
       outcome := 'locked';
       message := ${lockWait}(p_scope, p_id, p_phase, p_step, p_attempt)::text;
       RETURN;
     END IF;
     -- A statement that runs, but not inside a function, runs in a transaction of several calls instead.
     outcome := CASE WHEN code = '${unverified}' THEN 'unverified'
                     WHEN code = '0A000' AND message LIKE 'EXECUTE of %' THEN 'unsupported' ELSE 'failed' END;
     IF outcome = 'unsupported' THEN
       RETURN;
     END IF;
     INSERT INTO ${schema}.failure AS f (scope, id, phase, step, attempt, outcome, statement, code, message)
       VALUES (p_scope, p_id, p_phase, p_step, p_attempt, outcome, statement, code, message)
       ON CONFLICT (scope, id, phase, step) DO UPDATE SET attempt = EXCLUDED.attempt, outcome = EXCLUDED.outcome,
         statement = EXCLUDED.statement, code = EXCLUDED.code, message = EXCLUDED.message;
   END $function$`,
  // The lock on the fence's row says that a section still runs; the Data API ends it after three minutes (aws-facts RDS-2).
  `CREATE OR REPLACE FUNCTION ${raiseFence}(p_scope text, p_token bigint) RETURNS text LANGUAGE plpgsql AS $function$
   BEGIN
     BEGIN
       PERFORM 1 FROM ${schema}.fence f WHERE f.scope = p_scope FOR UPDATE NOWAIT;
     EXCEPTION WHEN lock_not_available THEN RETURN 'busy';
     END;
     INSERT INTO ${schema}.fence AS f (scope, token) VALUES (p_scope, p_token)
       ON CONFLICT (scope) DO UPDATE SET token = EXCLUDED.token WHERE f.token <= EXCLUDED.token;
     RETURN CASE WHEN FOUND THEN 'raised' ELSE 'fenced' END;
   END $function$`,
];
