import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface AssetManifest {
  readonly files: Readonly<Record<string, { readonly displayName?: string }>>;
}

/** The prefix of every line that the upgraded engine logs. */
export const upgradeMark = '[engine of release 3]';

/**
 * Gives an assembly another build of the engine, as an update of cdk-migrations would: the same code, which also says on
 * every line of its log which build it is. So the log shows whose code worked.
 */
export function upgradeEngine(assembly: string): void {
  const manifestFile = join(assembly, 'Nutrition.assets.json');
  const { files } = JSON.parse(readFileSync(manifestFile, 'utf8')) as AssetManifest;
  const old = Object.keys(files).find((id) => files[id]?.displayName?.includes('Engine/'));
  if (old === undefined) throw new Error(`${manifestFile} has no asset of the engine.`);

  const entry = join(assembly, `asset.${old}`, 'index.js');
  const code = `${markLog}\n${readFileSync(entry, 'utf8')}`;
  writeFileSync(entry, code);
  const hash = createHash('sha256').update(code).digest('hex');
  renameSync(join(assembly, `asset.${old}`), join(assembly, `asset.${hash}`));
  for (const file of [manifestFile, join(assembly, 'Nutrition.template.json')]) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(old, hash));
  }
}

const markLog = `const printed = console.log; console.log = (...texts) => printed('${upgradeMark}', ...texts);`;
