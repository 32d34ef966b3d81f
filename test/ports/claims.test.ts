import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Claim, Claims } from '../../core/ports';
import type { ClaimName } from '../../core/protocol/claim-names';
import { SsmClaims } from '../../lambda/aws/ssm-claims';
import { ParameterStore, ssmService } from '../../packages/sandbox/src/services/ssm';
import { StateStore } from '../../packages/sandbox/src/state';
import { serveService } from '../../packages/sandbox/test/helpers/serve-service';
import { MemoryClaims } from '../support/memory/world';

interface ClaimsUnderTest {
  readonly claims: Claims;
  close(): Promise<void>;
}

const kinds: readonly { readonly name: string; readonly open: () => Promise<ClaimsUnderTest> }[] = [
  { name: 'memory', open: async () => ({ claims: new MemoryClaims(), close: async () => undefined }) },
  { name: 'SSM (sandbox)', open: openSsm },
];

async function openSsm(): Promise<ClaimsUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'claims-'));
  const environment = { region: 'eu-west-1', account: '111122223333', partition: 'aws' } as const;
  const served = await serveService(ssmService(new ParameterStore(new StateStore(folder), 0), environment));
  const client = new SSMClient(served.client);
  return {
    claims: new SsmClaims(client),
    async close() {
      client.destroy();
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe.each(kinds)('claims: $name', ({ open }) => {
  let opened: ClaimsUnderTest;
  let claims: Claims;
  let count = 0;

  beforeAll(async () => {
    opened = await open();
    claims = opened.claims;
  });
  afterAll(() => opened.close());
  beforeEach(() => {
    count += 1;
  });

  const database = (name = 'app'): ClaimName => ({ kind: 'database', name: `cluster${count}/${name}` });
  const table = (name: string): ClaimName => ({ kind: 'table', name: `t${count}-${name}` });
  const prefix = (name: string): ClaimName => ({ kind: 'tables with prefix', name: `t${count}-${name}` });
  const owner = (scope: string, stackId = `arn:stack/${scope}`): Claim => ({ scope, stackId, since: '2026-01-01' });
  const [mine, theirs] = [owner('Mine'), owner('Theirs')];
  const listed = async () =>
    (await claims.list()).filter(
      ({ name }) => name.name.startsWith(`cluster${count}/`) || name.name.startsWith(`t${count}-`),
    );

  it('have one owner, who may take them again', async () => {
    expect(await claims.claim([database()], mine)).toBeUndefined();
    expect(await claims.claim([database()], mine)).toBeUndefined();

    expect(await claims.claim([database()], theirs)).toMatchObject({ name: database(), owner: mine });
    expect(await listed()).toMatchObject([{ name: database(), owner: mine }]);
  });

  it.each([
    ['another scope of the same stack', owner('Other', mine.stackId)],
    ['the same scope of another stack', owner('Mine', 'arn:stack/Copy')],
  ])('belong to a scope in a stack: not to %s', async (_who, other) => {
    await claims.claim([database()], mine);

    expect(await claims.claim([database()], other)).toMatchObject({ owner: mine });
  });

  it('do not clash with what is something else', async () => {
    expect(await claims.claim([database('app'), table('a'), prefix('b-')], mine)).toBeUndefined();

    expect(await claims.claim([database('other'), table('b'), prefix('a-')], theirs)).toBeUndefined();
  });

  it.each([
    ['a prefix that contains another', () => prefix('app-'), () => prefix('app-dev-')],
    ['a prefix that another contains', () => prefix('app-dev-'), () => prefix('app-')],
    ['a table below a prefix', () => prefix('app-'), () => table('app-users')],
    ['a prefix over a table', () => table('app-users'), () => prefix('app-')],
    ['the same table', () => table('users'), () => table('users')],
  ])('clash: %s', async (_what, first, second) => {
    await claims.claim([first()], mine);

    expect(await claims.claim([second()], theirs)).toMatchObject({ name: first(), owner: mine });
    expect(await claims.claim([second()], mine)).toBeUndefined();
  });

  it('are taken all together or not at all', async () => {
    await claims.claim([table('b')], mine);

    expect(await claims.claim([table('a'), table('b'), table('c')], theirs)).toMatchObject({ name: table('b') });
    expect((await listed()).map(({ name }) => name)).toEqual([table('b')]);
  });

  it('keep what an owner had before, when it is refused something more', async () => {
    await claims.claim([table('b')], mine);
    await claims.claim([table('a')], theirs);

    expect(await claims.claim([table('a'), table('b')], theirs)).toMatchObject({ owner: mine });
    expect(await claims.claim([table('a')], mine)).toMatchObject({ owner: theirs });
  });

  it('are released by their owner only', async () => {
    await claims.claim([database(), table('a')], mine);

    await claims.release([database(), table('a')], theirs);
    expect(await listed()).toHaveLength(2);
    await claims.release([database(), table('a'), table('never')], mine);
    expect(await listed()).toEqual([]);
    expect(await claims.claim([database()], theirs)).toBeUndefined();
  });

  it('know a former owner until it is forgotten, and it owns nothing', async () => {
    expect(await claims.former([database()])).toBeUndefined();
    await claims.noteFormer([database()], { ...mine, ledger: 'ledger-1' });
    await claims.noteFormer([database()], { ...mine, ledger: 'ledger-2' });

    expect(await claims.former([table('a'), database()])).toMatchObject({ ...mine, ledger: 'ledger-2' });
    expect(await listed()).toMatchObject([{ name: database(), owner: { ledger: 'ledger-2' }, isFormer: true }]);
    expect(await claims.claim([database()], theirs)).toBeUndefined();
    await claims.forgetFormer([database(), table('a')]);
    expect(await claims.former([database()])).toBeUndefined();
  });
});
