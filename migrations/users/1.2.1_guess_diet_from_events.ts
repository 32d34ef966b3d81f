import { type SqlRow, sql } from 'cdk-migrations/authoring';

/** Three meals of one kind are enough to guess. */
const ENOUGH = 3;

export default sql({
  dependsOn: ['1.2.0'],

  up: async (db) => {
    const { rows } = await db.execute(
      "SELECT user_id, tag FROM user_events WHERE event = 'meal_logged' AND tag IS NOT NULL",
    );
    for (const [userId, diet] of guesses(rows)) {
      await db.execute("UPDATE users SET diet = :diet, diet_source = 'guess' WHERE id = :userId AND diet IS NULL", {
        userId,
        diet,
      });
    }
  },

  // Works before and after contract; what users told us themselves stays.
  down: async (db) => {
    await db.execute('ALTER TABLE users ALTER COLUMN diet DROP NOT NULL, ALTER COLUMN diet DROP DEFAULT');
    await db.execute("UPDATE users SET diet = NULL, diet_source = NULL WHERE diet_source = 'guess'");
  },

  // Until the deployment has succeeded, the previous release may still add users without a diet.
  contract: async (db) => {
    await db.execute("UPDATE users SET diet = 'any', diet_source = 'guess' WHERE diet IS NULL");
    await db.execute("ALTER TABLE users ALTER COLUMN diet SET DEFAULT 'any', ALTER COLUMN diet SET NOT NULL");
  },

  verify: ['SELECT count(*) = 0 FROM users WHERE diet IS NULL AND diet_source IS NOT NULL'],
});

/** The kind of meal that each user logged most, when often enough. */
function guesses(events: readonly SqlRow[]): Map<number, string> {
  const counts = new Map<number, Map<string, number>>();
  for (const event of events) {
    const tags = counts.get(Number(event.user_id)) ?? new Map<string, number>();
    counts.set(Number(event.user_id), tags.set(String(event.tag), (tags.get(String(event.tag)) ?? 0) + 1));
  }
  const favourites = [...counts].map(
    ([userId, tags]) => [userId, [...tags].sort(([, a], [, b]) => b - a)[0]!] as const,
  );
  return new Map(favourites.filter(([, [, count]]) => count >= ENOUGH).map(([userId, [tag]]) => [userId, tag]));
}
