import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { run, signal, start } from './child.mjs';

// The SDK's advice to upgrade Node is not about what is tested here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** The folder of an app in which commands are typed. */
export class UserApp {
  /** What was typed, as a README would have it. */
  typed = new Set();
  #options;

  constructor(cwd, env) {
    this.#options = { cwd, env };
  }

  run(command, args, { limit } = {}) {
    return run(command, args, { ...this.#options, limit });
  }

  /** `npx migrations ...`; what it prints as JSON, when it was asked to. */
  async migrations(line, { exit = 0 } = {}) {
    this.typed.add(`npx migrations ${line.replace(/ --json$/, '')}`);
    const output = await run('npx', ['migrations', ...line.split(' ')], { ...this.#options, exit, limit: 120 });
    return { ...output, json: line.endsWith('--json') ? JSON.parse(output.stdout) : undefined };
  }

  /** The tables that DynamoDB has, each with its active indexes, asked over the endpoints of `sandbox start`. */
  async tables() {
    const { child, output, ended } = start('npx', ['migrations', 'sandbox', 'start', '--json'], this.#options);
    const timer = setTimeout(() => signal(child, 'SIGKILL'), 60_000);
    try {
      return await describeTables(await endpointsIn(output, ended));
    } finally {
      signal(child, 'SIGINT');
      await ended;
      clearTimeout(timer);
    }
  }
}

async function endpointsIn(output, ended) {
  let code;
  ended.then((value) => {
    code = value;
  });
  for (;;) {
    // The document is complete with its closing brace in the first column.
    if (/^}/m.test(output.stdout)) return JSON.parse(output.stdout);
    if (code !== undefined) throw new Error(`sandbox start ended with ${code}:\n${output.stderr}`);
    await sleep(50);
  }
}

async function describeTables({ environment }) {
  const client = new DynamoDBClient({
    endpoint: environment.AWS_ENDPOINT_URL,
    region: environment.AWS_REGION,
    credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY },
  });
  const { TableNames } = await client.send(new ListTablesCommand({}));
  const tables = await Promise.all(TableNames.map((TableName) => client.send(new DescribeTableCommand({ TableName }))));
  client.destroy();
  return Object.fromEntries(tables.map(({ Table }) => [plainName(Table.TableName), activeIndexes(Table)]));
}

function activeIndexes({ GlobalSecondaryIndexes = [] }) {
  const active = GlobalSecondaryIndexes.filter(({ IndexStatus }) => IndexStatus === 'ACTIVE');
  return active.map(({ IndexName }) => IndexName).sort();
}

/** Names that CloudFormation makes up are never the same: `OrdersData-LedgerB7379752-3EYSI4MJIPE4`. */
function plainName(name) {
  return name.replace(/^\w+-([A-Za-z]+)[0-9A-F]{8}-\w{12}$/, '$1');
}
