import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Interceptor, ObservedCall } from '@cdk-migrations/sandbox';
import { drive } from '../../core/engine/drive';
import type { Outcome, RecordedRequest } from '../../core/request/request';
import { fromItem, LedgerTable, sortKeys } from '../../lambda/aws/ledger-table';
import { expectStatus } from './expect-status';
import type { LifecycleAppOptions } from './lifecycle-app';
import type { LifecycleWorld, Snapshot } from './lifecycle-world';
import { releaseA } from './releases';

/** A stack at release A, with rows that the application wrote. Returns what is in its databases. */
export async function atReleaseA(
  world: LifecycleWorld,
  stack: string,
  app: Partial<LifecycleAppOptions> = {},
): Promise<Snapshot> {
  const result = await world.deploy({ stack, release: releaseA, sibling: '1', ...app });
  expectStatus(result, 'CREATE_COMPLETE');
  await world.sql(stack, `INSERT INTO users (id, name) VALUES (1, 'ada'), (2, 'grace')`);
  await world.putItem(stack, 'plans', { id: 'p1', week: '2026-W01' });
  return world.snapshot(stack);
}

/** What `migrations repair` does: a settle request by an operator, driven to its end in this process. */
export async function repair(world: LifecycleWorld, stack: string): Promise<Outcome> {
  const { ports, state } = await world.ledger(stack);
  const now = ports.clock.now();
  const recorded: RecordedRequest = {
    key: `repair-${randomUUID()}`,
    scope: state.scope,
    stackId: state.stackId ?? '',
    logicalId: '',
    requestId: 'repair',
    actor: 'cli tester@here',
    request: { kind: 'settle', repair: true },
    receivedAt: now,
    answerBy: now + 60_000,
  };
  await ports.requests.record(recorded);
  for (;;) {
    const result = await drive(ports, recorded, recorded.key, { stopBy: ports.clock.now() + 30_000, pollInterval: 50 });
    if (result.status === 'done') return result.outcome;
    if (result.status === 'wait') await ports.clock.sleep(200);
  }
}

/** Something that happens once during a deployment: a call that fits is handed to `act` before it reaches its service. */
export function once(
  world: LifecycleWorld,
  fits: (call: ObservedCall) => boolean,
  act: NonNullable<Interceptor['before']>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = world.sandbox.intercept({
      async before(call) {
        if (!fits(call)) return;
        stop();
        try {
          await act(call);
          resolve();
        } catch (error) {
          reject(error);
        }
      },
    });
  });
}

/** The tick function's statement on a database, by a part of its text. */
export function runsSql(part: string): (call: ObservedCall) => boolean {
  return ({ service, body }) => service === 'rds-data' && body.includes(part);
}

/** Types of the audit events of a stack's scope, oldest first. */
export async function historyOf(world: LifecycleWorld, stack: string): Promise<string[]> {
  return (await world.ledger(stack)).events.map(({ type }) => type);
}

/** Name of one of the engine's functions. */
export async function functionOf(
  world: LifecycleWorld,
  stack: string,
  which: 'OnEvent' | 'Tick' | 'Respond',
): Promise<string> {
  const resources = await world.sandbox.resources(stack);
  const found = resources.find(
    ({ type, logicalId }) => type === 'AWS::Lambda::Function' && logicalId.includes(`Engine${which}`),
  );
  if (!found) throw new Error(`Stack ${stack} has no function ${which}.`);
  return found.physicalId;
}

/** The request that is worked on now: the newest one without an outcome. */
export async function openRequest(world: LifecycleWorld, stack: string): Promise<RecordedRequest> {
  const { location } = await world.ledger(stack);
  const table = new LedgerTable(location.table, new DynamoDBClient({}));
  const items = await table.list(location.scope, sortKeys.request(''));
  const open = items.map((item) => fromItem<RecordedRequest>(item)).filter(({ outcome }) => !outcome);
  const newest = open.sort((a, b) => b.receivedAt - a.receivedAt)[0];
  if (!newest) throw new Error(`Scope ${location.scope} has no open request.`);
  return newest;
}
