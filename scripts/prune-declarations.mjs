// Removes the type declarations that no user's program can reach: of modules that only our own code imports. tsc writes one
// for every source file, and each takes a block on every user's disk.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const all = readdirSync(dist, { recursive: true })
  .filter((name) => name.endsWith('.d.ts'))
  .map((name) => join(dist, name));

/** What package.json exports, and the codes of errors, whose declarations merge without being imported. */
const entries = all.filter(
  (file) =>
    ['lib/index.d.ts', 'authoring/index.d.ts'].includes(file.slice(dist.length + 1)) ||
    /error-codes\.d\.ts$/.test(file),
);

const reached = new Set();
for (const entry of entries) visit(entry);
for (const file of all) if (!reached.has(file)) rmSync(file);

function visit(file) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(
    /(?:from|import|module)\s*\(?\s*['"](\.[^'"]*)['"]/g,
  )) {
    const target = [`${specifier}.d.ts`, `${specifier}/index.d.ts`]
      .map((name) => join(dirname(file), name))
      .find(existsSync);
    if (!target) throw new Error(`${file} names ${specifier}, which has no declaration.`);
    visit(target);
  }
}
