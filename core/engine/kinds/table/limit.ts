import { MigrationError } from '../../../errors/index';

/**
 * What DynamoDB would refuse.
 * @param most completes the sentence `DynamoDB allows ...`
 */
export function limit(table: string, what: string, most: number | string, hint = splitOrWait): MigrationError {
  return new MigrationError('TABLE_LIMIT', `${what}; DynamoDB allows ${most}. Nothing was changed.`, {
    payload: { table, limit: String(most) },
    hint,
  });
}

const splitOrWait = 'Split the change into several deployments, or wait until the limit has passed.';
