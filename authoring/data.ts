import type { Item } from '../core/ports';
import { checkData } from './data-rules';

/**
 * A table of a target, where {@link data} reads or writes: of DynamoDB, or of a SQL database.
 *
 * @example
 * import { data, type TableReference } from 'cdk-migrations/authoring';
 *
 * const archive: TableReference = { table: 'mealPlans', target: 'archive' };
 * export default data({ source: 'mealPlans', destination: archive, transform: (plan) => plan });
 */
export interface TableReference {
  /**
   * The logical name of a table of DynamoDB, or the name of a SQL table, which may begin with its schema: `sales.orders`.
   * 1 to 255 of `a-z A-Z 0-9 _ - .`
   */
  readonly table: string;
  /**
   * The target that has the table, as the app names it. A migration that must be applied there before is named in
   * `dependsOn`.
   * @default - the target of the file
   */
  readonly target?: string;
}

/**
 * A seed file, whose rows {@link data} writes to a table. Its text is part of the migration: once that is applied, an edit of it is
 * an edit of the migration.
 *
 * `.csv`: the first line names the columns, and every value is a text. `.jsonl` and `.ndjson`: each line is an item, a JSON object.
 *
 * @example
 * import { data, type SeedFile } from 'cdk-migrations/authoring';
 *
 * const foods: SeedFile = { file: 'foods.csv', delimiter: ';' };
 * export default data({
 *   source: foods,
 *   destination: 'foods',
 *   transform: ({ id, name, kcal }: Record<string, string>) => ({ id, name, kcal: Number(kcal) }),
 * });
 */
export interface SeedFile {
  /** Its path from the migration's own file. It lies in the folder of a target. */
  readonly file: string;
  /**
   * What separates the columns of a CSV file: one character.
   * @default ,
   */
  readonly delimiter?: string;
}

/**
 * What {@link data} takes. `Source` is what the items are, `Result` what they become.
 *
 * @example
 * import { data, type DataMigrationProps } from 'cdk-migrations/authoring';
 *
 * interface Meal {
 *   id: string;
 *   kcal?: string;
 *   energy?: number;
 * }
 * const props: DataMigrationProps<Meal, Meal> = {
 *   source: 'meals',
 *   transform: ({ kcal, ...meal }) => (kcal === undefined ? meal : { ...meal, energy: Number(kcal) }),
 *   validate: ({ energy }) => Number.isFinite(energy) || 'energy is not a number',
 * };
 * export default data(props);
 */
export interface DataMigrationProps<Source extends object = Item, Result extends object = Item> {
  /**
   * What must be applied before: `1.0.0` for a migration of the same target, `other-target/1.0.0` for another's.
   * @default - nothing
   */
  readonly dependsOn?: readonly string[];
  /**
   * Repeats the name of the file, in words, so that a copied file is noticed: it is compared with the file's name.
   * @default - the name of the file
   */
  readonly name?: string;
  /**
   * Whether the migration cannot be undone. Then all of it runs after the stack update has succeeded, when no rollback
   * can follow, and nothing is kept to take it back.
   * @default false
   */
  readonly irreversible?: boolean;
  /**
   * The table whose items are transformed: its logical name, or with the name of another target. Of a SQL target, the rows
   * are the items, with a member for each column; the table needs a primary key. Or a seed file, which needs a destination
   * and is not swept.
   */
  readonly source: string | TableReference | SeedFile;
  /**
   * The table that the results are written to. The source then stays as it is.
   * @default - the source: items are transformed where they are
   */
  readonly destination?: string | TableReference;
  /**
   * What an item becomes: an item, or null to delete it. To a destination it may also return several, or none. What it
   * throws leaves the item as it is, see `mayFail`.
   *
   * It must depend on nothing but the item, and return at once. In place it also must be a projection: of an item that it
   * has already transformed, it returns just that. Both are checked on every item. The item that it is given is a copy,
   * which it may change and return. An attribute that the result lacks is removed, and a column becomes NULL.
   */
  readonly transform: (item: Source) => Result | null | readonly Result[];
  /**
   * Takes the transform back, for when copies of what was changed are not wanted: what an item was before, or null to
   * delete it. It is given every item of the table that was written to, and must leave alone those that the transform has
   * not made. Like `transform` in place, it must be a projection.
   * @default - what was changed is copied before, and put back where nobody else has changed it since
   */
  readonly undo?: (item: NoInfer<Result>) => NoInfer<Source> | NoInfer<Result> | null;
  /**
   * Whether an item is as it should be, asked of every result after all are written: false, or a text that says why not.
   * One such item makes the deployment fail.
   * @default - every result of the transform is right
   */
  readonly validate?: (item: NoInfer<Result>) => boolean | string;
  /**
   * What two items with one key are together, for `existing: 'combine'`: the one in the destination, and one that the
   * transform has made. Combining the same again must change nothing, because after a crash an item may be met twice.
   * Needs `undo` or `irreversible`.
   * @default - none, and then `existing` may not be `combine`
   */
  readonly combine?: (existing: NoInfer<Result>, incoming: NoInfer<Result>) => NoInfer<Result>;
  /**
   * What is done when the destination has an item with the key of a result: `keep` leaves it, `replace` overwrites it,
   * `combine` calls the function of that name. Only with a destination.
   * @default keep
   */
  readonly existing?: 'keep' | 'replace' | 'combine';
  /**
   * How many items may fail, an integer from 0: they stay as they are, and are listed with the reason. When more do, the
   * deployment fails.
   * @default 0
   */
  readonly mayFail?: number;
  /**
   * By how many percent the slowest of a hundred small requests on the source may become slower while items are worked on, 1
   * to 1000; workers rest as long as that takes, and do almost nothing rather than more. `none`: they only rest when the table
   * answers late. `migrations backfill --rate` counts more.
   * @default - 10, but at the least a quarter of what one worker can do
   */
  readonly latencyBudget?: number | 'none';
  /**
   * Into how many parts the source is divided, 1 to 1000, which are worked on at the same time and each continue where
   * they stopped.
   * @default - by the number of items, at most 200
   */
  readonly segments?: number;
  /**
   * `application`: the application is updated only when all items are transformed. `background`: when the time that the
   * construct allows is over, the application is updated all the same, and the rest is done before the commit. Then the
   * new release must read items of both shapes.
   * @default application
   */
  readonly finish?: 'application' | 'background';
  /**
   * Whether everything is gone through once more after the update, for what the former release wrote until it was
   * replaced. What is swept is not undone.
   * @default - true in place and with `finish: 'background'`, else false
   */
  readonly sweep?: boolean;
}

/**
 * What {@link data} returns, and a migration file exports: its properties, checked, and the kind of the migration.
 *
 * @example
 * import { data, type DataMigration } from 'cdk-migrations/authoring';
 *
 * interface Meal {
 *   id: string;
 *   unit?: string;
 * }
 * const migration: DataMigration<Meal, Meal> = data({
 *   source: 'meals',
 *   transform: (meal: Meal): Meal => ({ ...meal, unit: meal.unit ?? 'g' }),
 * });
 * export default migration;
 */
export interface DataMigration<Source extends object = Item, Result extends object = Item>
  extends DataMigrationProps<Source, Result> {
  /** Tells this kind of migration from the others. */
  readonly kind: 'data';
}

/**
 * A migration of the items of a DynamoDB table, or of the rows of a SQL table: in place, or to another table of either kind.
 * The default export of its file.
 *
 * Items are worked on in segments, with what the application writes meanwhile never overwritten, and wherever a process
 * dies the next one continues. docs/data.md has an example of each shape, and what is guaranteed.
 *
 * @param props the tables, and the functions that are called for each item
 * @returns `props` with the kind of the migration
 * @throws TypeError for an unknown property, a value of the wrong type, or properties that exclude each other
 * @example
 * import { data } from 'cdk-migrations/authoring';
 *
 * interface Meal {
 *   id: string;
 *   portion?: string;
 *   amount?: number;
 *   unit?: string;
 * }
 *
 * export default data({
 *   dependsOn: ['1.0.0'],
 *   source: 'meals',
 *   transform: ({ portion, ...meal }: Meal): Meal => {
 *     if (portion === undefined) return meal;
 *     const [amount, unit] = portion.split(' ');
 *     return { ...meal, amount: Number(amount), unit };
 *   },
 *   validate: ({ amount, unit }) => (Number.isFinite(amount) && unit !== undefined) || 'amount or unit is missing',
 * });
 */
export function data<Source extends object = Item, Result extends object = Item>(
  props: DataMigrationProps<Source, Result>,
): DataMigration<Source, Result> {
  checkData(props);
  return { ...props, kind: 'data' };
}
