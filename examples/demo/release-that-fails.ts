import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackEvent } from '@cdk-migrations/sandbox';
import type { Application } from './application';
import type { Expectations } from './expectations';
import { countPlans, generatedPlans } from './generated-plans';
import { releaseFolder } from './release-folders';
import { applicationOf, expectStatus } from './releases-that-succeed';
import { showSideBySide } from './side-by-side';
import { type Snapshot, schemaOf, takeSnapshot } from './snapshot';
import { type DeployResult, type Stage, synthesize } from './stage';
import type { Story } from './story';
import { upgradeEngine, upgradeMark } from './upgrade-engine';

const stack = 'Nutrition';
const isMigrations = ({ type }: Pick<StackEvent, 'type'>) => type === 'Custom::DatabaseMigrations';

interface AuditEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly target: string;
  readonly version: string;
  readonly deployment: string;
}

/** Synthesizes the third release, with a new build of the engine in it, and returns its cloud assembly. */
export async function prepareThirdRelease(folder: string): Promise<string> {
  const assembly = join(folder, 'release-3.out');
  await synthesize(releaseFolder(folder, 3), assembly);
  upgradeEngine(assembly);
  return assembly;
}

/** The third release: its migrations run, then a sibling of theirs fails. */
export async function thirdRelease(
  stage: Stage,
  story: Story,
  expectations: Expectations,
  assembly: string,
): Promise<void> {
  story.chapter('3. Third release: migrations run, then the feature flags fail, and CloudFormation rolls back');
  story.tell('It comes with a new build of cdk-migrations itself, so the engine code changes in this update as well.');

  const statusBefore = await expectStatus(stage, expectations, ['meals/1.1.1', 'users/1.2.1']);
  const before = await takeSnapshot(stage.sandbox, stack);
  const firstLog = stage.logs.length;
  const app = applicationOf(stage, await outputsOf(stage));
  const watching = watchMigrations(stage, story, app);
  const { exitCode, json } = await stage.command<DeployResult>(
    ...['sandbox', 'deploy', '--app', assembly, '--fail', 'FeatureFlags'],
  );
  const during = await watching();
  const after = await takeSnapshot(stage.sandbox, stack);

  showSideBySide(story, { 'before release 3': before, 'its migrations applied': during, 'after the rollback': after });
  const wanted = 'UPDATE_ROLLBACK_COMPLETE';
  expectations.equal(`the stack is ${wanted}, the command ends with 1`, [json.status, exitCode], [wanted, 1]);
  expectDatabases(expectations, before, during, after);
  const counts = await countPlans(stage.sandbox);
  expectations.equal('what release 2 had measured stays measured', counts, { former: 0, measured: generatedPlans });
  expectOldCode(stage, expectations, json, firstLog);
  const statusAfter = await expectStatus(stage, expectations, ['meals/1.1.1', 'users/1.2.1']);
  expectations.equal('the ledger says the same as before', statusAfter, statusBefore);
  await expectHistory(stage, story, expectations);
}

async function outputsOf(stage: Stage): Promise<Readonly<Record<string, string>>> {
  const api = (await stage.sandbox.resources(stack)).find(({ logicalId }) => /^Api[0-9A-F]{8}$/.test(logicalId));
  return { ApiFunction: api?.physicalId ?? '' };
}

/**
 * Looks at the databases when the migrations of the release are applied and nothing is rolled back yet: the engine's
 * functions are held until it has looked, while the application keeps running.
 */
function watchMigrations(stage: Stage, story: Story, app: Application): () => Promise<Snapshot> {
  let seen: Promise<Snapshot> | undefined;
  const look = async (): Promise<Snapshot> => {
    const snapshot = await takeSnapshot(stage.sandbox, stack);
    story.tell('Right now the new schema is live. A fourth person signs up and plans a day.');
    const dora = await app.addUser('Dora');
    await app.addMealPlan(dora, '2026-02-04', '2026-W06', 'vegan');
    return snapshot;
  };
  stage.onEvent = (event) => {
    if (isMigrations(event) && event.status === 'UPDATE_COMPLETE') seen ??= look();
  };
  const stop = stage.sandbox.intercept({
    before: async ({ functionName }) => {
      if (functionName?.includes('MigrationsEngine')) await seen;
    },
  });
  return async () => {
    stop();
    stage.onEvent = () => undefined;
    if (!seen) throw new Error('The migrations of the third release never ran.');
    return seen;
  };
}

function expectDatabases(expectations: Expectations, before: Snapshot, during: Snapshot, after: Snapshot): void {
  const [users, plans] = ['users', 'nutrition-mealPlans'] as const;
  const columns = during.tables[users]?.columns.map((column) => column.split(' ')[0]) ?? [];
  expectations.that('the migrations did run: users had the column last_seen_at', columns.includes('last_seen_at'));
  expectations.that('and DynamoDB had the table of shopping lists', 'nutrition-shoppingLists' in during.tables);
  expectations.equal('after the rollback every schema is exactly as before', schemaOf(after), schemaOf(before));
  const rowsOf = ({ tables }: Snapshot, name: string) => new Set(tables[name]?.rows);
  const lost = Object.keys(before.tables).flatMap((name) => {
    const kept = rowsOf(after, name);
    return [...rowsOf(before, name)].filter((row) => !kept.has(row));
  });
  expectations.equal('no row or item of before is lost or changed', lost, []);
  const gained = (name: string) => {
    const known = rowsOf(before, name);
    return [...rowsOf(after, name)].filter((row) => !known.has(row));
  };
  const names = [users, plans].map((name) => gained(name).length);
  expectations.equal('what the application wrote in between is there: Dora and her plan', names, [1, 1]);
  expectations.that('with the content that she gave', gained(users)[0]?.includes('Dora') ?? false, gained(users));
}

/** CloudFormation puts the function's old code back before it asks for the rollback. */
function expectOldCode(stage: Stage, expectations: Expectations, { events }: DeployResult, firstLog: number): void {
  const ticks = stage.logs.slice(firstLog).filter(({ line }) => line.includes('"message":"tick"'));
  const inRollback = ticks.filter(({ stackStatus }) => stackStatus.startsWith('UPDATE_ROLLBACK'));
  const inUpdate = ticks.filter(({ stackStatus }) => stackStatus === 'UPDATE_IN_PROGRESS');
  const marked = (lines: typeof ticks) => lines.filter(({ line }) => line.includes(upgradeMark)).length;
  expectations.that(
    'the new engine code applied the migrations',
    inUpdate.length > 0 && marked(inUpdate) === inUpdate.length,
    inUpdate,
  );
  expectations.that('the OLD engine code undid them', inRollback.length > 0 && marked(inRollback) === 0, inRollback);
  const codeBack = events.findLastIndex(
    ({ logicalId, status }) => /EngineTick[0-9A-F]{8}$/.test(logicalId) && status === 'UPDATE_COMPLETE',
  );
  const asked = events.findLastIndex((event) => isMigrations(event) && event.status === 'UPDATE_IN_PROGRESS');
  expectations.that(
    'its code was rolled back before the migrations were asked to be undone',
    codeBack >= 0 && codeBack < asked,
    { codeBack, asked },
  );
  expectations.equal(
    'which has none of the new migrations in it',
    filesWith(oldEngineAsset(stage), 'last_seen_at'),
    [],
  );
}

/** The second release was synthesized by the command itself, into the state folder. */
function oldEngineAsset(stage: Stage): string {
  const assembly = join(stage.stateFolder, 'cdk.out');
  const assets = readdirSync(assembly).filter((name) => name.startsWith('asset.'));
  const engine = assets.find((name) => filesWith(join(assembly, name), 'MIGRATIONS_LEDGER_TABLE').length > 0);
  if (engine === undefined) throw new Error(`${assembly} has no asset of the engine.`);
  return join(assembly, engine);
}

function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name), 'utf8').includes(text));
}

async function expectHistory(stage: Stage, story: Story, expectations: Expectations): Promise<void> {
  const { json: events } = await stage.command<readonly AuditEvent[]>('history');
  const { deployment } = events.at(-1) ?? {};
  const last = events.filter((event) => event.deployment === deployment);
  story.table(
    ['#', 'at', 'event', 'migration'],
    last.map(({ seq, at, type, target, version }) => [String(seq), at, type, target && `${target}/${version}`]),
  );
  const undone = last
    .filter(({ type }) => type === 'migration-undone')
    .map(({ target, version }) => `${target}/${version}`);
  const applied = last
    .filter(({ type }) => type === 'migration-applied')
    .map(({ target, version }) => `${target}/${version}`);
  expectations.equal('the history tells it: what was applied was undone, newest first', undone, applied.toReversed());
  const { exitCode, json } = await stage.command<{ readonly valid: boolean }>('history', '--verify');
  expectations.equal('and its hash chain is whole', [json.valid, exitCode], [true, 0]);
}
