/**
 * `npm run demo`: three releases of the example app (bin/app.ts) in a sandbox. The third one fails after its migrations
 * ran, CloudFormation rolls back, and the databases are as they were. Ends with 1 when anything was not as it should be.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Expectations } from './expectations';
import { prepareThirdRelease, thirdRelease } from './release-that-fails';
import { firstRelease, secondRelease } from './releases-that-succeed';
import { Stage } from './stage';
import { Story } from './story';

Object.assign(process.env, {
  // The warning is about this machine's Node, not about the demo.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  // The CDK's own template validation takes most of the time of a synth; the sandbox refuses wrong templates itself.
  CDK_VALIDATION: 'false',
});

async function demo(keep: boolean): Promise<number> {
  const story = new Story();
  const folder = mkdtempSync(join(tmpdir(), 'cdk-migrations-demo-'));
  const stage = await Stage.open(folder, story);
  const expectations = new Expectations(story);
  try {
    // Takes some seconds of one core, which the first release has to spare.
    const preparing = prepareThirdRelease(folder);
    preparing.catch(() => 'Thrown where it is awaited.');
    await firstRelease(stage, story, expectations);
    await secondRelease(stage, story, expectations);
    await thirdRelease(stage, story, expectations, await preparing);
  } finally {
    await stage.close();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
  if (keep) tellHowToLookAround(story, stage.stateFolder);
  return expectations.conclude();
}

function tellHowToLookAround(story: Story, state: string): void {
  story.chapter('Look around');
  for (const command of [
    `status --state ${state}`,
    `history --state ${state} --verify`,
    `sandbox sql users "SELECT * FROM users" --state ${state}`,
    `sandbox reset --yes --state ${state}`,
  ]) {
    story.tell(`npx migrations ${command}`);
  }
}

demo(process.argv.includes('--keep')).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
