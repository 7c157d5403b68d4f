/**
 * What the log has in a database. `at` is when an event came, `xid` the transaction that brought it. Places are ordered
 * by both: a later transaction may end sooner, and so what counts as there is what is older than all that still run.
 */
export const setup = (t: string): string => `
CREATE TABLE IF NOT EXISTS ${t}_meta (key text PRIMARY KEY, value text NOT NULL);
CREATE SEQUENCE IF NOT EXISTS ${t}_seq;
CREATE TABLE IF NOT EXISTS ${t}_events (
  topic text NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  size integer NOT NULL,
  event json NOT NULL,
  PRIMARY KEY (topic, xid, seq) INCLUDE (size, at)
);
CREATE TABLE IF NOT EXISTS ${t}_ids (
  topic text NOT NULL,
  id text NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, id)
);
CREATE INDEX IF NOT EXISTS ${t}_ids_at ON ${t}_ids (at);
CREATE TABLE IF NOT EXISTS ${t}_trimmed (topic text PRIMARY KEY, xid xid8 NOT NULL, seq bigint NOT NULL);
CREATE TABLE IF NOT EXISTS ${t}_notes (key text PRIMARY KEY, value text NOT NULL, version bigint NOT NULL);
CREATE TABLE IF NOT EXISTS ${t}_passing (
  key text PRIMARY KEY, value text NOT NULL, version bigint NOT NULL, at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS ${t}_passing_at ON ${t}_passing (at);

CREATE OR REPLACE FUNCTION ${t}_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('${t}', topic) FROM (SELECT DISTINCT topic FROM added) AS topics;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ${t}_wake AFTER INSERT ON ${t}_events
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ${t}_wake();

CREATE OR REPLACE FUNCTION ${t}_append(topic text, event json) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  place bigint;
BEGIN
  IF event->>'specversion' IS DISTINCT FROM '1.0' OR coalesce(event->>'id', '') = '' OR coalesce(event->>'source', '') = ''
    OR coalesce(event->>'type', '') = '' OR coalesce(event->>'time', '') = '' THEN
    RAISE EXCEPTION 'An event has specversion "1.0", id, source, type and time, as CloudEvents says';
  END IF;
  INSERT INTO ${t}_ids (topic, id, seq) VALUES ($1, event->>'id', nextval('${t}_seq'))
    ON CONFLICT DO NOTHING RETURNING seq INTO place;
  IF place IS NULL THEN RETURN false; END IF;
  INSERT INTO ${t}_events (topic, seq, size, event) VALUES ($1, place, octet_length($2::text), $2);
  RETURN true;
END $$;
`;

/** Values: a new epoch. In another cluster, as after a dump was restored, transactions are counted anew. */
export const adopt = (t: string): string => `
WITH cluster AS (SELECT system_identifier::text AS id FROM pg_control_system()),
known AS (SELECT value FROM ${t}_meta WHERE key = 'cluster'),
moved AS (SELECT 1 FROM known, cluster WHERE known.value <> cluster.id),
events AS (UPDATE ${t}_events SET xid = '0' WHERE EXISTS (SELECT FROM moved)),
ids AS (UPDATE ${t}_ids SET xid = '0' WHERE EXISTS (SELECT FROM moved)),
trimmed AS (UPDATE ${t}_trimmed SET xid = '0' WHERE EXISTS (SELECT FROM moved))
INSERT INTO ${t}_meta SELECT 'cluster', id FROM cluster UNION ALL SELECT 'epoch', $1
  ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value WHERE EXISTS (SELECT FROM moved)
`;

/** Of the timeline too: after a failover or a restored backup, transactions may be counted a second time. */
const epoch = (t: string) => `(
  SELECT value || 't' || ltrim(substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), '0') FROM ${t}_meta WHERE key = 'epoch'
)`;

/**
 * Values: topic, ids, JSON texts, dedupe in ms. Ids are taken in their own order, so that no two wait for each other.
 * @returns a row for each that is new
 */
export const append = (t: string): string => `
WITH given AS MATERIALIZED (
  SELECT id, event, nextval('${t}_seq') AS seq
  FROM (SELECT * FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS g(id, event, nth) ORDER BY nth) AS g
),
taken AS (
  INSERT INTO ${t}_ids (topic, id, seq) SELECT $1, id, seq FROM given ORDER BY id
  ON CONFLICT (topic, id) DO UPDATE SET xid = EXCLUDED.xid, seq = EXCLUDED.seq, at = EXCLUDED.at
    WHERE ${t}_ids.at < clock_timestamp() - $4 * interval '1 ms'
  RETURNING id, xid, seq
),
added AS (
  INSERT INTO ${t}_events (topic, xid, seq, size, event)
  SELECT $1, xid, seq, octet_length(event), event::json FROM taken JOIN given USING (id, seq)
)
SELECT id, xid || '-' || seq AS place, ${epoch(t)} AS epoch FROM taken
`;

/** Values: topic, ids. */
export const places = (t: string): string => `
SELECT id, xid || '-' || seq AS place, ${epoch(t)} AS epoch FROM ${t}_ids WHERE topic = $1 AND id = ANY ($2::text[])
`;

/**
 * Values: topic, xid and seq of the place after which to read (null: from the first), limit, bytes, age in ms (null: no bound).
 * @returns a row for each event, or one without; each says where the topic stands
 */
export const read = (t: string): string => `
WITH now AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin),
trimmed AS (SELECT xid, seq FROM ${t}_trimmed WHERE topic = $1),
first AS (SELECT coalesce((SELECT xid FROM trimmed), '0') AS xid, coalesce((SELECT seq FROM trimmed), 0) AS seq),
last AS (
  SELECT e.xid, e.seq FROM ${t}_events e, now WHERE topic = $1 AND e.xid < now.xmin ORDER BY e.xid DESC, e.seq DESC LIMIT 1
),
rows AS (
  SELECT * FROM (
    SELECT e.xid, e.seq, e.event, e.size, sum(e.size) OVER (ORDER BY e.xid, e.seq) AS total
    FROM ${t}_events e, now, first
    WHERE topic = $1 AND e.xid < now.xmin AND (e.xid, e.seq) > (coalesce($2::xid8, first.xid), coalesce($3::bigint, first.seq))
    ORDER BY e.xid, e.seq LIMIT $4
  ) AS sums WHERE total <= $5 OR total = size
)
SELECT ${epoch(t)} AS epoch, first.xid || '-' || first.seq AS first,
  coalesce((SELECT xid || '-' || seq FROM last), first.xid || '-' || first.seq) AS last,
  EXISTS (SELECT FROM ${t}_events e, now WHERE topic = $1 AND e.xid >= now.xmin) AS behind,
  EXISTS (SELECT FROM ${t}_events e WHERE topic = $1 AND e.xid = $2::xid8 AND e.seq = $3::bigint) AS known,
  (SELECT at < clock_timestamp() - $6 * interval '1 ms' FROM ${t}_events WHERE topic = $1 ORDER BY xid, seq LIMIT 1) AS due,
  rows.xid || '-' || rows.seq AS place, rows.event::text AS json
FROM first LEFT JOIN rows ON true ORDER BY rows.xid, rows.seq
`;

/** Values: topic, age in ms, count, bytes (null: no bound). What has no place yet is left. */
export const trim = (t: string): string => `
WITH now AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin),
cuts AS (
  (SELECT e.xid, e.seq FROM ${t}_events e, now
    WHERE $2::float8 IS NOT NULL AND topic = $1 AND e.xid < now.xmin AND at < clock_timestamp() - $2 * interval '1 ms'
    ORDER BY e.xid DESC, e.seq DESC LIMIT 1)
  UNION ALL
  (SELECT e.xid, e.seq FROM ${t}_events e, now
    WHERE $3::bigint IS NOT NULL AND topic = $1 AND e.xid < now.xmin
    ORDER BY e.xid DESC, e.seq DESC OFFSET $3 LIMIT 1)
  UNION ALL
  (SELECT xid, seq FROM (
    SELECT e.xid, e.seq, sum(size) OVER (ORDER BY e.xid DESC, e.seq DESC) AS kept FROM ${t}_events e, now
    WHERE $4::bigint IS NOT NULL AND topic = $1 AND e.xid < now.xmin
    ) AS sums WHERE kept > $4 ORDER BY xid DESC, seq DESC LIMIT 1)
),
cut AS (SELECT xid, seq FROM cuts ORDER BY xid DESC, seq DESC LIMIT 1),
gone AS (DELETE FROM ${t}_events e USING cut WHERE topic = $1 AND (e.xid, e.seq) <= (cut.xid, cut.seq))
INSERT INTO ${t}_trimmed SELECT $1, xid, seq FROM cut
  ON CONFLICT (topic) DO UPDATE SET xid = EXCLUDED.xid, seq = EXCLUDED.seq
  WHERE (${t}_trimmed.xid, ${t}_trimmed.seq) < (EXCLUDED.xid, EXCLUDED.seq)
`;

/** Values: dedupe in ms. */
export const dropIds = (t: string): string =>
  `DELETE FROM ${t}_ids WHERE at < clock_timestamp() - $1 * interval '1 ms'`;

export const note = (t: string): string => `SELECT value, version FROM ${t}_notes WHERE key = $1`;

/** Values: key, value, version. @returns a row where it was written */
export const putNote = (t: string): string => `
INSERT INTO ${t}_notes SELECT $1, $2, 1 WHERE $3::bigint = 0 ON CONFLICT DO NOTHING RETURNING version
`;
export const changeNote = (t: string): string =>
  `UPDATE ${t}_notes SET value = $2, version = version + 1 WHERE key = $1 AND version = $3 RETURNING version`;

/** Values: key, time in ms. */
export const passing = (t: string): string =>
  `SELECT value, version FROM ${t}_passing WHERE key = $1 AND at > clock_timestamp() - $2 * interval '1 ms'`;

/** Values: key, value, version, time in ms. @returns a row where it was written */
export const addPassing = (t: string): string => `
INSERT INTO ${t}_passing SELECT $1, $2, 1, clock_timestamp() WHERE $3::bigint = 0
  ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, version = 1, at = EXCLUDED.at
  WHERE ${t}_passing.at <= clock_timestamp() - $4 * interval '1 ms' RETURNING version
`;
export const putPassing = (t: string): string => `
UPDATE ${t}_passing SET value = $2, version = version + 1, at = clock_timestamp()
  WHERE key = $1 AND version = $3 AND at > clock_timestamp() - $4 * interval '1 ms' RETURNING version
`;

/** Values: time in ms, count. */
export const dropPassing = (t: string): string => `
DELETE FROM ${t}_passing WHERE at <= clock_timestamp() - $1 * interval '1 ms'
  OR key IN (SELECT key FROM ${t}_passing ORDER BY at DESC OFFSET $2)
`;
