import { Application } from './application';
import type { Expectations } from './expectations';
import { countPlans, generatedPlans, generatePlans } from './generated-plans';
import { type ReleaseNumber, releaseFolder } from './release-folders';
import type { DeployResult, Stage } from './stage';
import type { Story } from './story';

/** What `migrations status` says, as far as the demo looks at it. */
export interface Status {
  readonly revision: string | null;
  readonly state: string;
  readonly heads: readonly string[];
  readonly targets: readonly {
    readonly name: string;
    readonly applied: readonly { readonly version: string }[];
    readonly pending: readonly unknown[];
  }[];
}

export async function firstRelease(stage: Stage, story: Story, expectations: Expectations): Promise<void> {
  story.chapter('1. First release: CloudFormation creates the databases, then asks for the migrations');
  const { outputs } = await deployRelease(stage, expectations, 1, 'CREATE_COMPLETE');
  await expectStatus(stage, expectations, ['meals/1.0.0', 'users/1.1.0']);

  story.tell('The application is used: three people sign up, log meals and plan a week.');
  const app = applicationOf(stage, outputs);
  const [ada, ben, cleo] = [await app.addUser('Ada'), await app.addUser('Ben'), await app.addUser('Cleo')];
  await app.logMeals(ada, 'vegan', 3);
  await app.logMeals(ben, 'paleo', 1);
  await app.logMeals(cleo, 'keto', 2);
  await app.addMealPlan(ada, '2026-02-02', '2026-W06', 'vegan');
  await app.addMealPlan(ada, '2026-02-03', '2026-W06', 'vegan');
  await app.addMealPlan(cleo, '2026-02-02', '2026-W06', 'keto');
  const [logged] = await app.analytics();
  expectations.equal('6 logged meals are in Aurora', Number(logged?.['times']), 6);
  await generatePlans(stage.sandbox);
  story.tell(`Years pass: ${generatedPlans} more plans say how much, in texts such as '150 g'.`);
}

export async function secondRelease(stage: Stage, story: Story, expectations: Expectations): Promise<void> {
  story.chapter('2. Second release: users get a diet, plans are found by week, and portions are measured');
  const counts = await countPlans(stage.sandbox);
  const { outputs } = await deployRelease(stage, expectations, 2, 'UPDATE_COMPLETE');
  await expectStatus(stage, expectations, ['meals/1.1.1', 'users/1.2.1']);

  story.tell('The application reads and writes the new shape.');
  const app = applicationOf(stage, outputs);
  await app.setDiet(3, 'pescetarian');
  const diets = (await app.listUsers()).map(({ name, diet, diet_source: source }) => `${name}: ${diet} (${source})`);
  // Ben logged too little to guess: the contract phase, which runs after the commit, gave him the default.
  const expected = ['Ada: vegan (guess)', 'Ben: any (guess)', 'Cleo: pescetarian (user)'];
  expectations.equal(`diets are ${expected.join(', ')}`, diets, expected);
  const plans = await app.mealPlansOfWeek('2026-W06');
  expectations.equal('the new DynamoDB index finds the 3 plans of the week', plans.length, 3);
  expectations.equal(
    `${generatedPlans} portions are split into an amount and a unit`,
    [counts, await countPlans(stage.sandbox)],
    [
      { former: generatedPlans, measured: 0 },
      { former: 0, measured: generatedPlans },
    ],
  );
}

async function deployRelease(
  stage: Stage,
  expectations: Expectations,
  release: ReleaseNumber,
  wanted: string,
): Promise<DeployResult> {
  const migrations = releaseFolder(stage.folder, release);
  const { exitCode, json } = await stage.command<DeployResult>(
    ...['sandbox', 'deploy', '--context', `migrations=${migrations}`],
  );
  expectations.equal(`the stack is ${wanted}, the command ends with 0`, [json.status, exitCode], [wanted, 0]);
  return json;
}

export async function expectStatus(
  stage: Stage,
  expectations: Expectations,
  heads: readonly string[],
): Promise<Status> {
  const { json } = await stage.command<Status>('status');
  const seen = [json.state, json.heads, json.targets.flatMap(({ pending }) => pending)];
  expectations.equal(`the ledger is idle at ${heads.join(' and ')}, nothing is pending`, seen, ['idle', heads, []]);
  return json;
}

export function applicationOf(stage: Stage, outputs: Readonly<Record<string, string>>): Application {
  return new Application(stage.sandbox, outputs['ApiFunction'] ?? '');
}
