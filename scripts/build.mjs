// Builds dist/: every source file transpiled one to one, and the engine bundled into the Lambda asset.
// Type declarations are not needed to run anything here; `npm run build:types` adds them before packing.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildAsset } from './build-asset.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'dist');
const rooms = ['authoring', 'bin', 'bundler', 'cli', 'client', 'core', 'lambda', 'lib', 'sandbox'];

const sources = rooms.flatMap((room) => listFiles(join(root, room)));
const startedAt = Date.now();

await Promise.all([
  build({
    entryPoints: sources.filter((file) => file.endsWith('.ts')),
    outdir: out,
    outbase: root,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  }),
  buildAsset(join(out, 'asset')),
]);
for (const file of sources.filter((file) => !file.endsWith('.ts'))) {
  mkdirSync(dirname(join(out, relative(root, file))), { recursive: true });
  copyFileSync(file, join(out, relative(root, file)));
}

// Remove what earlier builds left, and only afterwards: a test or a deployment may be reading dist/ right now.
for (const file of listFiles(out)) {
  const isDeclaration = file.endsWith('.d.ts');
  if (!isDeclaration && statSync(file).mtimeMs < startedAt - 1000) rmSync(file);
}

function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && !file.includes('node_modules') && !file.includes('cdk.out'));
}
