import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(__dirname, '..');

interface Manifest {
  readonly name: string;
  readonly engines?: { readonly node?: string };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const oldest = (range: string) => Number(/\d+/.exec(range)?.[0]);

function installed(folder: string, name: string): Manifest {
  const places = [join(root, folder, 'node_modules'), join(root, 'node_modules')];
  return read(places.map((place) => join(place, name, 'package.json')).find((file) => existsSync(file)) ?? name);
}

describe.each(['.', 'packages/client', 'packages/sandbox'])('the package in %s', (folder) => {
  const manifest = read(join(root, folder, 'package.json'));
  const readme = readFileSync(join(root, folder, 'README.md'), 'utf8');

  it('runs nothing where it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall'];
    expect(Object.keys(manifest.scripts ?? {}).filter((name) => hooks.includes(name))).toEqual([]);
  });

  it('says which dependencies want a newer Node than itself', () => {
    const ours = oldest(manifest.engines?.node ?? '');
    const wanting = Object.keys(manifest.dependencies ?? {}).filter(
      (name) => oldest(installed(folder, name).engines?.node ?? '0') > ours,
    );
    const said = wanting.filter((name) => new RegExp(`\\b${name}\\b[^.]*\\bNode 22\\b`, 's').test(readme));
    expect(ours).toBe(20);
    expect(said).toEqual(wanting);
  });
});
