import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { publishAssets, readAssembly, selectStacks, stackInputs } from '../src/assembly';
import { zipFolder } from '../src/assembly/zip-folder';
import { ObjectStore } from '../src/services/s3';
import { StateStore } from '../src/state';
import { temporaryFolder, writeAssembly } from './helpers/assembly';

const environment = { account: '123456789012', region: 'eu-west-1', partition: 'aws' } as const;
const template = { Parameters: { Size: { Type: 'String' } }, Resources: { Thing: { Type: 'X::Y::Z' } } };
const empty = { template: { Resources: {} } };

let objects: ObjectStore;
beforeEach(() => {
  objects = new ObjectStore(new StateStore(temporaryFolder()));
});

test('an assembly has its stacks in the order of their dependencies', () => {
  const folder = writeAssembly({
    App: { ...empty, dependsOn: ['Data', 'Net'] },
    Data: { ...empty, dependsOn: ['Net'] },
    Net: empty,
  });
  expect(readAssembly(folder).map(({ id }) => id)).toEqual(['Net', 'Data', 'App']);
  const circle = writeAssembly({ A: { ...empty, dependsOn: ['B'] }, B: { ...empty, dependsOn: ['A'] } });
  expect(() => readAssembly(circle)).toThrow('circle: A -> B -> A');
});

test('selected stacks come together with the stacks that they depend on', () => {
  const stacks = readAssembly(writeAssembly({ Net: empty, Data: { ...empty, dependsOn: ['Net'] }, Other: empty }));
  expect(selectStacks(stacks, ['Data']).map(({ id }) => id)).toEqual(['Net', 'Data']);
  expect(selectStacks(stacks, undefined)).toHaveLength(3);
  expect(() => selectStacks(stacks, ['Dota'])).toThrow("no stack 'Dota'. It has: Net, Data, Other.");
});

test('the stacks of stages are read', () => {
  const folder = temporaryFolder();
  const inner = writeAssembly({ Api: { ...empty, dependsOn: ['Data'] }, Data: empty });
  const stage = { type: 'cdk:cloud-assembly', properties: { directoryName: inner.replace(/^.*\//, '../') } };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts: { 'assembly-Prod': stage } }));
  expect(readAssembly(folder).map(({ id }) => id)).toEqual(['assembly-Prod/Data', 'assembly-Prod/Api']);
});

test('a folder that is no assembly is refused, and the error says which folder to name', () => {
  expect(() => readAssembly(temporaryFolder())).toThrow("Name the output folder of 'cdk synth'");
});

test('each stack gets its own parameters and failures', () => {
  const stacks = readAssembly(writeAssembly({ One: { template }, Two: { template }, Three: empty }));
  const options = (parameters: Record<string, string>, fail: string[] = []) =>
    stackInputs(stacks, { assembly: '', parameters, fail: fail.map((logicalId) => ({ logicalId })) });
  const sizes = options({ Size: 's', 'Two:Size': 'l' }, ['Thing']).map((input) => [
    input.parameters['Size'],
    input.fail.length,
  ]);
  expect(sizes).toEqual([
    ['s', 1],
    ['l', 1],
    [undefined, 0],
  ]);
  expect(() => options({ Sise: 's' })).toThrow("has the parameter 'Sise'. There are: Size");
  expect(() => options({}, ['Thong'])).toThrow("has the resource 'Thong'");
});

test('a failure may be given by the path of a construct, also of one in a nested stack', () => {
  const resource = (path: string, more: object = {}) => ({
    Type: 'X::Y::Z',
    Metadata: { 'aws:cdk:path': path, ...more },
  });
  const assembly = writeAssembly({
    App: {
      template: {
        Resources: {
          Topic1A: resource('App/Topic/Resource'),
          Migrations2B: resource('App/Migrations/Resource/Default'),
          Part3C: resource('App/Part.NestedStack/Part.NestedStackResource', {
            'aws:asset:path': 'part.nested.template.json',
            'aws:asset:property': 'TemplateURL',
          }),
        },
      },
    },
  });
  writeFileSync(
    join(assembly, 'part.nested.template.json'),
    JSON.stringify({ Resources: { Queue4D: resource('App/Part/Queue/Resource') } }),
  );
  const stacks = readAssembly(assembly);
  const fail = (logicalId: string) =>
    stackInputs(stacks, { assembly: '', fail: [{ logicalId, on: 'update' }] })[0]?.fail;

  expect(fail('App/Topic')).toEqual([{ logicalId: 'Topic1A', on: 'update' }]);
  expect(fail('/App/Topic/Resource')).toEqual([{ logicalId: 'Topic1A', on: 'update' }]);
  expect(fail('App/Migrations')).toEqual([{ logicalId: 'Migrations2B', on: 'update' }]);
  expect(fail('App/Part/Queue')).toEqual([{ logicalId: 'Part3C.Queue4D', on: 'update' }]);
  expect(() => fail('App/Tropic')).toThrow(
    "resource at the construct 'App/Tropic'. There are: App/Migrations/Resource/",
  );
});

test('folders are published as zips with the same bytes every time, and existing ones are skipped', () => {
  const assembly = writeAssembly({ App: { ...empty, assets: { code: { 'index.js': 'x', 'lib/a.js': 'y' } } } });
  const options = { objects, environment, onWarning: () => {} };
  const manifest = join(assembly, 'App.assets.json');
  publishAssets(manifest, options);
  const { body, lastModified } = objects.get('cdk-hnb659fds-assets-123456789012-eu-west-1', 'code.zip');
  expect(Object.keys(unzipSync(body))).toEqual(['index.js', 'lib/a.js']);
  expect(zipFolder(join(assembly, 'asset.code'))).toEqual(body);
  publishAssets(manifest, options);
  expect(objects.head('cdk-hnb659fds-assets-123456789012-eu-west-1', 'code.zip')?.lastModified).toBe(lastModified);
});

test('container images are skipped with a warning', () => {
  const folder = temporaryFolder();
  const manifest = join(folder, 'a.json');
  writeFileSync(manifest, JSON.stringify({ dockerImages: { abc: { displayName: 'my image' } } }));
  const warnings: string[] = [];
  publishAssets(manifest, { objects, environment, onWarning: (message) => warnings.push(message) });
  expect(warnings).toEqual([expect.stringContaining("'my image'")]);
});
