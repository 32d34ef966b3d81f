-- migration: 1.2.0 add diet preference
-- depends-on: 1.1.0

-- migrate:up
ALTER TABLE users ADD COLUMN diet text;
-- 'user' when they told us, 'guess' when we guessed it.
ALTER TABLE users ADD COLUMN diet_source text;
-- allow-slow: some thousand users, which takes less than a second
ALTER TABLE users ADD CONSTRAINT users_diet_source CHECK (diet_source IN ('user', 'guess'));
-- allow-slow: some thousand users
CREATE INDEX users_by_diet ON users (diet);

-- migrate:down
DROP INDEX users_by_diet;
ALTER TABLE users DROP CONSTRAINT users_diet_source;
ALTER TABLE users DROP COLUMN diet_source;
ALTER TABLE users DROP COLUMN diet;

-- migrate:verify
SELECT count(*) = 2 FROM information_schema.columns
 WHERE table_name = 'users' AND column_name IN ('diet', 'diet_source');
