-- migration: 1.3.0 index events by time
-- depends-on: 1.2.1

-- migrate:up
-- allow-slow: events are kept for a month
CREATE INDEX user_events_by_user_and_time ON user_events (user_id, happened_at);
ALTER TABLE users ADD COLUMN last_seen_at timestamptz;
-- allow-slow: some thousand users
UPDATE users SET last_seen_at = (SELECT max(happened_at) FROM user_events WHERE user_id = users.id);

-- migrate:down
ALTER TABLE users DROP COLUMN last_seen_at;
-- After contract the old index is gone; before it, it is still there.
-- allow-slow: events are kept for a month
CREATE INDEX IF NOT EXISTS user_events_by_user ON user_events (user_id);
DROP INDEX user_events_by_user_and_time;

-- migrate:contract
-- The new index serves every query of the old one, and the release that needed the old one is gone.
-- allow-slow: nobody reads events for long
DROP INDEX IF EXISTS user_events_by_user;
