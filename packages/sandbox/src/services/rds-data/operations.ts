import { AwsError } from '../../aws-error';
import { flag, type Input, optionalText, record, records, text } from '../input';
import type { RdsDataAssume } from './assumptions';
import type { Cluster } from './clusters';
import type { Databases } from './databases';
import type { Refuse } from './errors';
import type { Executor, Target } from './executor';
import type { ResultSetOptions } from './fields';
import type { Transactions } from './transactions';

const MAX_SQL_BYTES = 65_536;

export interface OperationContext {
  readonly executor: Pick<Executor<unknown, unknown>, 'execute' | 'batch' | 'rows'>;
  readonly databases: Databases;
  readonly transactions: Pick<Transactions<unknown, unknown>, 'begin' | 'database' | 'commit' | 'rollback' | 'close'>;
  readonly assume: RdsDataAssume;
  readonly refuse: Refuse;
}

interface Operation {
  /** IAM action, after `rds-data:`. */
  readonly action: string;
  /** Commit and Rollback do not list DatabaseResumingException: a cluster with an open transaction does not pause. */
  readonly mayFindPaused: boolean;
  /** The answer's body, or a value to be written as JSON. */
  run(input: Input, cluster: Cluster, context: OperationContext): Promise<string | object>;
}

/** By path. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/Execute': { action: 'ExecuteStatement', mayFindPaused: true, run: executeStatement },
  '/BatchExecute': { action: 'BatchExecuteStatement', mayFindPaused: true, run: batchExecuteStatement },
  '/BeginTransaction': {
    action: 'BeginTransaction',
    mayFindPaused: true,
    async run(input, cluster, { transactions, databases, refuse }) {
      refuseSchema(input, refuse);
      const database = optionalText(input, 'database') ?? cluster.defaultDatabase;
      return { transactionId: transactions.begin(cluster.arn, databases.locate(cluster, database)) };
    },
  },
  '/CommitTransaction': {
    action: 'CommitTransaction',
    mayFindPaused: false,
    async run(input, cluster, { transactions }) {
      await transactions.commit(text(input, 'transactionId'), cluster.arn);
      return { transactionStatus: 'Transaction Committed' };
    },
  },
  '/RollbackTransaction': {
    action: 'RollbackTransaction',
    mayFindPaused: false,
    async run(input, cluster, { transactions }) {
      await transactions.rollback(text(input, 'transactionId'), cluster.arn);
      return { transactionStatus: 'Rollback Complete' };
    },
  },
};

async function executeStatement(input: Input, cluster: Cluster, context: OperationContext): Promise<string> {
  const parameters = records(input, 'parameters');
  const options = {
    resultSet: resultSetOptions(record(input, 'resultSetOptions'), context.refuse),
    metadata: flag(input, 'includeResultMetadata'),
    json: optionalText(input, 'formatRecordsAs') === 'JSON',
  };
  return context.executor.execute(target(input, cluster, context), sqlOf(input, context), parameters, options);
}

async function batchExecuteStatement(input: Input, cluster: Cluster, context: OperationContext): Promise<object> {
  const sets = records(input, 'parameterSets') as unknown as readonly (readonly Input[])[];
  const generated = await context.executor.batch(target(input, cluster, context), sqlOf(input, context), sets);
  return { updateResults: generated.map((generatedFields) => ({ generatedFields })) };
}

function target(input: Input, cluster: Cluster, { transactions, databases, refuse }: OperationContext): Target {
  refuseSchema(input, refuse);
  const named = optionalText(input, 'database');
  const transactionId = optionalText(input, 'transactionId');
  if (transactionId !== undefined && named !== undefined) {
    const open = transactions.database(transactionId, cluster.arn);
    if (databases.locate(cluster, named) !== open) {
      throw refuse(`Database name is not the same as transaction's database. The call names '${named}'; leave it out.`);
    }
  }
  return {
    cluster,
    database: named ?? cluster.defaultDatabase,
    transactionId,
    continueAfterTimeout: flag(input, 'continueAfterTimeout'),
  };
}

function sqlOf(input: Input, { refuse }: OperationContext): string {
  const sql = text(input, 'sql');
  const bytes = Buffer.byteLength(sql);
  if (bytes <= MAX_SQL_BYTES) return sql;
  throw refuse(
    `The SQL statement has ${bytes} bytes. Allowed: ${MAX_SQL_BYTES}. Split it, or give values as parameters.`,
  );
}

function refuseSchema(input: Input, refuse: Refuse): void {
  const schema = optionalText(input, 'schema');
  if (schema === undefined) return;
  throw refuse(`Schema parameter isn't supported. The call has schema '${schema}'; qualify the names in the SQL.`);
}

function resultSetOptions(input: Input, refuse: Refuse): ResultSetOptions {
  return {
    decimalReturnType: choice(input, 'decimalReturnType', ['STRING', 'DOUBLE_OR_LONG'] as const, refuse),
    longReturnType: choice(input, 'longReturnType', ['LONG', 'STRING'] as const, refuse),
  };
}

function choice<T extends string>(input: Input, name: string, allowed: readonly [T, ...T[]], refuse: Refuse): T {
  const value = optionalText(input, name) ?? allowed[0];
  const known = allowed.find((candidate) => candidate === value);
  if (known !== undefined) return known;
  throw refuse(`resultSetOptions.${name} is '${value}'. Allowed: ${allowed.join(', ')}.`);
}

export function operationAt(path: string): Operation {
  const operation = OPERATIONS[path];
  if (operation) return operation;
  throw new AwsError(
    'UnknownOperationException',
    `The RDS Data API of the sandbox has no '${path}'. It has: ${Object.keys(OPERATIONS).join(', ')}.`,
    404,
  );
}
