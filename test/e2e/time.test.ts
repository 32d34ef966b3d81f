import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CfnResource, type Stack } from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { answerMargin } from '../../core/engine/answer-margin';
import { environmentNames, resourceTypes } from '../../core/wire';
import type { DatabaseMigrations } from '../../lib';
import { expectStatus } from '../support/expect-status';
import { atReleaseA, once, openRequest, runsSql } from '../support/lifecycle-steps';
import { LifecycleWorld, reasonOf } from '../support/lifecycle-world';
import { releaseA, releaseNext } from '../support/releases';

jest.setTimeout(120_000);

type Add = (stack: Stack, migrations: DatabaseMigrations | undefined) => void;

const migrationsResource = /^Migrations[0-9A-F]{8}$/;

/** Three migrations more; a test lets the first one take as long as it says. */
const longRelease = Object.fromEntries(
  Object.entries(releaseA).concat(
    [1, 2, 3].map((step) => [
      `users/1.${step}.0_long.sql`,
      `-- depends-on: 1.${step - 1}.0\n-- migrate:up\nCREATE TABLE long${step} (id int);\n-- migrate:down\nDROP TABLE long${step};\n`,
    ]),
  ),
);

/** Makes the first migration of the long release last until a moment, in epoch milliseconds, that is then known. */
function firstLasts(world: LifecycleWorld, moment: () => Promise<number>): Promise<void> {
  return once(world, runsSql('CREATE TABLE long1'), async () => {
    await sleep((await moment()) - Date.now() + 100);
  });
}

/** Changes resources of the migrations construct that have a type, and a logical id that contains a text. */
function change(isMeant: (child: CfnResource) => boolean, apply: (child: CfnResource, stack: Stack) => void): Add {
  return (stack, migrations) => {
    const meant = (migrations?.node.findAll() ?? []).filter(
      (child) => CfnResource.isCfnResource(child) && isMeant(child),
    );
    expect(meant.length).toBeGreaterThan(0);
    for (const child of meant) apply(child as CfnResource, stack);
  };
}

const isOfType = (type: string) => (child: CfnResource) => child.cfnResourceType === type;
const isIn = (id: string) => (child: CfnResource) => child.node.path.includes(`/Engine/${id}/`);

/** A failing function is tried for a minute and a half; these tests do not wait as long. */
const impatient = change(
  (child) => child instanceof CfnStateMachine,
  (child, stack) => {
    const { definitionString } = child as CfnStateMachine;
    const text = JSON.stringify(stack.resolve(definitionString)).replaceAll(
      '\\"MaxAttempts\\":8',
      '\\"MaxAttempts\\":1',
    );
    child.addPropertyOverride('DefinitionString', JSON.parse(text));
  },
);

/** The function's code throws at once. */
const breakFunction = (id: string) =>
  change(
    (child) => child instanceof CfnFunction && isIn(id)(child),
    (child) => child.addPropertyOverride(`Environment.Variables.${environmentNames.ledgerTable}`, ''),
  );

describe('time', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open({ assumptions: { 'lambda-async-retry-ms': '50' } });
  });

  afterAll(async () => {
    await world.close();
  });

  it('a deployment that exceeds its forward budget is undone, and the answer reports progress and advice', async () => {
    const before = await atReleaseA(world, 'Forward');
    const add = change(isOfType(resourceTypes.migrations), (child) =>
      child.addPropertyOverride('ForwardSeconds', '10'),
    );
    const lasted = firstLasts(world, async () => (await world.ledger('Forward')).state.open[0]!.forwardDeadline);

    const result = await world.deploy({ stack: 'Forward', release: longRelease, sibling: '2', add });
    await lasted;

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const reason = reasonOf(result, migrationsResource);
    expect(reason).toContain('The time limit for applying migrations expired before users/1.2.0, with 1 of 3 done.');
    expect(reason).toContain('Undone: users/1.1.0');
    expect(reason).toContain('Give the construct a longer `forwardTimeout`');
    expect(await world.snapshot('Forward')).toEqual(before);
    expect((await world.quietLedger('Forward')).open).toEqual([]);
  });

  it('CloudFormation is answered before its timeout expires, and the rollback request continues the work', async () => {
    const before = await atReleaseA(world, 'Late');
    const add = change(isOfType(resourceTypes.migrations), (child) =>
      child.addPropertyOverride('ServiceTimeout', '40'),
    );
    const lasted = firstLasts(world, async () => (await openRequest(world, 'Late')).answerBy - answerMargin);

    const result = await world.deploy({ stack: 'Late', release: longRelease, sibling: '2', add });
    await lasted;

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(result, migrationsResource)).toMatch(
      /CloudFormation's timeout expired during the deployment\..*resume from the last recorded step\./,
    );
    expect(await world.snapshot('Late')).toEqual(before);
    expect((await world.quietLedger('Late')).open).toEqual([]);
  });

  it('every request has time limits, so that CloudFormation never waits longer than the construct says', async () => {
    await world.deploy({ stack: 'Limits', release: releaseA, sibling: '1', timeout: 300 });
    const requests: string[] = [];
    const stop = world.sandbox.intercept({
      before({ service, operation, body }) {
        if (service === 'dynamodb' && operation === 'PutItem' && body.includes('"receivedAt"')) requests.push(body);
      },
    });
    await world.deploy({ stack: 'Limits', release: releaseNext, sibling: '2', timeout: 300 });
    stop();

    const times = requests.map((body) => {
      const { Item } = JSON.parse(body) as { Item: { answerBy: { N: string }; responseUrl?: { S: string } } };
      if (!Item.responseUrl) return undefined;
      // CloudFormation waits from when it signed the URL, which says so to the second.
      const date = new URL(Item.responseUrl.S).searchParams.get('X-Amz-Date')!;
      const signedAt = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
      return Number(Item.answerBy.N) - signedAt;
    });
    expect(times.filter((time) => time !== undefined)).toEqual([300_000, 300_000]);
  });
});

describe('CloudFormation is answered', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open({ assumptions: { 'lambda-async-retry-ms': '50' } });
  });

  afterAll(async () => {
    await world.close();
  });

  /** Kills the process of these functions whenever it calls AWS. Returns how to stop. */
  function killing(...functions: readonly string[]): () => void {
    return world.sandbox.intercept({
      before: (call) => {
        if (functions.some((name) => call.functionName?.includes(name))) call.kill();
      },
    });
  }

  it('the function that receives answers within its own time when it may not write to the ledger', async () => {
    const add: Add = (stack, migrations) => {
      change(
        (child) => child instanceof CfnPolicy && isIn('OnEventRole')(child),
        (child) =>
          child.addPropertyOverride('PolicyDocument.Statement', [
            { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*' },
          ]),
      )(stack, migrations);
      change(
        (child) => child instanceof CfnFunction && isIn('OnEvent')(child),
        (child) => child.addPropertyOverride('Timeout', 4),
      )(stack, migrations);
    };

    const result = await world.deploy({ stack: 'NoLedger', release: releaseA, sibling: '1', add });

    expect(reasonOf(result, migrationsResource)).toContain('The migrations could not be started');
    expect(result.status).toBe('ROLLBACK_FAILED');
  });

  it('another function starts the work when the one that receives dies at every call', async () => {
    const stop = killing('EngineOnEvent');

    const result = await world.deploy({ stack: 'DiesOnce', release: releaseA, sibling: '1' });
    stop();

    expectStatus(result, 'CREATE_COMPLETE');
    expect((await world.quietLedger('DiesOnce')).open).toEqual([]);
  });

  it('the timeout of CloudFormation ends the wait when both functions die at every call', async () => {
    const stop = killing('EngineOnEvent', 'EngineUndelivered');
    const add = change(isOfType(resourceTypes.migrations), (child) => child.addPropertyOverride('ServiceTimeout', '3'));

    const result = await world.deploy({ stack: 'Dies', release: releaseA, sibling: '1', add });
    stop();

    expect(reasonOf(result, migrationsResource)).toContain('failed to stabilize in expected time');
    expect(result.status).toBe('ROLLBACK_FAILED');
  });

  it('the state machine answers with the error of a broken worker function, and the old one rolls back', async () => {
    const before = await atReleaseA(world, 'NoTick', { add: impatient });
    const add: Add = (stack, migrations) => {
      impatient(stack, migrations);
      breakFunction('Tick')(stack, migrations);
    };

    const result = await world.deploy({ stack: 'NoTick', release: releaseNext, sibling: '2', add });

    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(result, migrationsResource)).toMatch(
      /The migration engine could not finish: .*MIGRATIONS_LEDGER_TABLE is missing/,
    );
    expect(await world.snapshot('NoTick')).toEqual(before);
    expect((await world.quietLedger('NoTick')).open).toEqual([]);
  });

  it('the worker function answers when the function that answers is broken', async () => {
    const add: Add = (stack, migrations) => {
      impatient(stack, migrations);
      breakFunction('Respond')(stack, migrations);
    };

    const result = await world.deploy({ stack: 'NoRespond', release: releaseA, sibling: '1', add });

    expectStatus(result, 'CREATE_COMPLETE');
    expect((await world.quietLedger('NoRespond')).open).toEqual([]);
  });
});
