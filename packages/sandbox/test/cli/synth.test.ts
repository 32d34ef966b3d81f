import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { terminal } from '../../src/cli/output';
import { checkAssembly } from '../../src/cli/synth/check-assembly';
import { explainFailure } from '../../src/cli/synth/explain-failure';
import { contextFor, readProject } from '../../src/cli/synth/project';
import { errorOf } from '../helpers/error-of';

function folder(files: Readonly<Record<string, unknown>>): string {
  const path = mkdtempSync(join(tmpdir(), 'synth-'));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

describe('the explanation of a failed app', () => {
  it('is the error that it threw, without the source line above and the frames below', () => {
    const output = `/app/lib/asset.ts:57
    throw new Error('no');
          ^

Error: Invalid migrations of Nutrition/Migrations:

SQL_SYNTAX: syntax error at or near "tabel"
  at migrations/users/1.0.0_create_users.sql:2:8
  2 | create tabel users
    |        ^

    at build (/app/lib/asset.ts:57:11)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2
`;
    expect(explainFailure(output)).toBe(`Error: Invalid migrations of Nutrition/Migrations:

SQL_SYNTAX: syntax error at or near "tabel"
  at migrations/users/1.0.0_create_users.sql:2:8
  2 | create tabel users
    |        ^`);
  });

  it('is the end of the output when nothing looks like an error', () => {
    expect(explainFailure('sh: 1: cdk-app: not found\n')).toBe('sh: 1: cdk-app: not found');
  });
});

describe('the project', () => {
  it('takes its app and build from cdk.json, and its context from three sources, the command line last', () => {
    const path = folder({
      'cdk.json': { app: 'node app.js', build: 'tsc', context: { a: 1, b: 1, c: 1 } },
      'cdk.context.json': { b: 2, c: 2 },
    });
    const project = readProject(path);
    expect(project).toMatchObject({ app: 'node app.js', build: 'tsc' });
    expect(contextFor(project, { c: '3' })).toMatchObject({
      a: 1,
      b: 2,
      c: '3',
      'aws:cdk:enable-asset-metadata': true,
    });
  });

  it('is empty without cdk.json, and is refused when cdk.json is broken', async () => {
    expect(readProject(folder({})).app).toBeUndefined();
    const broken = folder({ 'cdk.json': '{ "app": ' });
    expect(await errorOf(() => readProject(broken))).toMatchObject({
      code: 'USAGE',
      location: { file: join(broken, 'cdk.json') },
    });
  });
});

describe('an assembly', () => {
  const check =
    (manifest: unknown, more = {}) =>
    () =>
      checkAssembly(folder({ 'manifest.json': manifest, ...more }), terminal({ json: true }));

  it('is refused when it needs context that was not looked up', async () => {
    const missing = [{ key: 'vpc-provider:account=1', provider: 'vpc-provider', props: {} }];
    const error = await errorOf(check({ missing }));
    expect(error.code).toBe('CONTEXT_MISSING');
    expect(error.message).toContain('vpc-provider:account=1');
    expect(error.hint).toContain('cdk.context.json');
  });

  it('is refused when it reports errors, wherever the CDK wrote them', async () => {
    const metadata = { '/Stack/Table': [{ type: 'aws:cdk:error', data: 'no keys' }] };
    const inline = await errorOf(check({ artifacts: { Stack: { metadata } } }));
    expect(inline).toMatchObject({ code: 'SYNTH_FAILED', message: expect.stringContaining('- Stack/Table: no keys') });
    const artifacts = { Stack: { additionalMetadataFile: 'Stack.metadata.json' } };
    expect((await errorOf(check({ artifacts }, { 'Stack.metadata.json': metadata }))).code).toBe('SYNTH_FAILED');
  });

  it('is accepted when it needs no context and reports no errors', () => {
    expect(check({ artifacts: { Stack: {} } })).not.toThrow();
  });
});
