// Stores orders that arrive through the API, the queue, or a direct call with { "orderId": "...", ... }.
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand } = require('@aws-sdk/lib-dynamodb');

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

exports.handler = async (event) => {
  const orders = ordersIn(event);
  const { orders: TableName } = JSON.parse(process.env.MIGRATIONS_TABLES).store;
  for (const order of orders) await client.send(new PutCommand({ TableName, Item: order }));
  return { statusCode: 201, body: JSON.stringify({ stored: orders.map(({ orderId }) => orderId) }) };
};

function ordersIn(event) {
  if (event.Records) return event.Records.map(({ body }) => JSON.parse(body));
  return [typeof event.body === 'string' ? JSON.parse(event.body) : event];
}
