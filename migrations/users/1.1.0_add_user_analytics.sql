-- migration: 1.1.0 add user analytics
-- depends-on: 1.0.0

-- migrate:up
CREATE TABLE user_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users (id),
  event text NOT NULL,
  tag text,
  happened_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX user_events_by_user ON user_events (user_id);

-- migrate:down
DROP TABLE user_events;
