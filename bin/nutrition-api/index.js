// The application: plain JavaScript with the AWS SDK that the Lambda runtime provides. One function, one action per
// event: { "action": "addUser", "email": "...", "name": "..." }.
const { RDSDataClient, ExecuteStatementCommand } = require('@aws-sdk/client-rds-data');
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand, QueryCommand } = require('@aws-sdk/lib-dynamodb');

const sqlClient = new RDSDataClient({});
const tables = DynamoDBDocumentClient.from(new DynamoDBClient({}));

const actions = {
  addUser: ({ email, name }) =>
    sql('INSERT INTO users (email, name) VALUES (:email, :name) RETURNING id, email, name', { email, name }),
  listUsers: () => sql('SELECT * FROM users ORDER BY id'),
  setDiet: ({ userId, diet }) =>
    sql("UPDATE users SET diet = :diet, diet_source = 'user' WHERE id = :userId RETURNING id, diet", { userId, diet }),

  recordEvent: ({ userId, event, tag }) =>
    sql('INSERT INTO user_events (user_id, event, tag) VALUES (:userId, :event, :tag) RETURNING id', {
      userId,
      event,
      tag,
    }),
  analytics: () => sql('SELECT event, count(*) AS times FROM user_events GROUP BY event ORDER BY event'),

  addMealPlan: async ({ userId, day, week, diet, meals }) => {
    const plan = withoutUndefined({ userId: String(userId), day, week, diet, meals });
    await tables.send(new PutCommand({ TableName: tableName('meals', 'mealPlans'), Item: plan }));
    return plan;
  },
  mealPlans: ({ userId }) => query('mealPlans', 'userId', String(userId)),
  mealPlansOfWeek: ({ week }) => query('mealPlans', 'week', week, 'byWeek'),
};

exports.handler = async (event) => {
  const action = actions[event.action];
  if (!action) throw new Error(`Unknown action '${event.action}'. Actions: ${Object.keys(actions).join(', ')}.`);
  return action(event);
};

async function sql(statement, parameters = {}) {
  const { records = [], columnMetadata = [] } = await sqlClient.send(
    new ExecuteStatementCommand({
      resourceArn: process.env.CLUSTER_ARN,
      secretArn: process.env.SECRET_ARN,
      database: process.env.DATABASE,
      sql: statement,
      parameters: Object.entries(parameters).map(([name, value]) => ({ name, value: field(value) })),
      includeResultMetadata: true,
    }),
  );
  const names = columnMetadata.map(({ label, name }) => label ?? name);
  return records.map((record) => Object.fromEntries(record.map((value, index) => [names[index], plain(value)])));
}

function field(value) {
  if (value === undefined || value === null) return { isNull: true };
  return typeof value === 'number' ? { longValue: value } : { stringValue: String(value) };
}

function plain(value) {
  return value.isNull ? null : Object.values(value)[0];
}

async function query(logicalName, key, value, index) {
  const { Items = [] } = await tables.send(
    new QueryCommand({
      TableName: tableName('meals', logicalName),
      IndexName: index,
      KeyConditionExpression: '#key = :value',
      ExpressionAttributeNames: { '#key': key },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
  return Items;
}

/** What `tableName` of @cdk-migrations/client does, for a function that bundles no packages. */
function tableName(target, logicalName) {
  return JSON.parse(process.env.MIGRATIONS_TABLES)[target][logicalName];
}

function withoutUndefined(item) {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}
