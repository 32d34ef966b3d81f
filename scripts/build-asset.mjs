// Builds the Lambda asset: a folder of CommonJS files, of which a function loads what it needs when it needs it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const target = { platform: 'node', target: 'node20', minify: true, legalComments: 'none' };

/**
 * Ways to find credentials that no function needs: its credentials are in its environment, where the SDK looks first.
 * Were one asked for all the same, it would be taken from the copy of the SDK that comes with Lambda.
 */
const unneeded = ['ini', 'login', 'process', 'sso', 'web-identity'].map(
  (name) => `@aws-sdk/credential-provider-${name}`,
);

/**
 * Bundles an entry point. Bundling to CommonJS in one step would be simpler, but esbuild splits only ES modules, and
 * what it wraps for a lazy `import()` within one file it does not tree-shake: 965 KB instead of 620 (docs/bench.md).
 */
export async function buildAsset(folder, entryPoint = join(root, 'lambda/handlers/index.ts')) {
  const { outputFiles, metafile } = await build({
    ...target,
    entryPoints: { index: entryPoint },
    outdir: folder,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    // Tree shaking needs the SDK's ES modules: half the size and half the cold start.
    mainFields: ['module', 'main'],
    external: unneeded,
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const files = outputFiles.filter(({ path }) => reachable('index.js', outputs).has(basename(path)));
  mkdirSync(folder, { recursive: true });
  // The entry comes last: until then, whoever reads the folder gets the files that the old one names.
  for (const { path, text } of files.sort((a, b) => rank(a) - rank(b))) {
    writeFileSync(join(folder, basename(path)), await toCommonJs(text));
  }
  return { metafile, files: files.map(({ path }) => basename(path)) };
}

/** `import()` becomes `require`, which knows where Lambda keeps its copy of the SDK, and needs no second loader. */
async function toCommonJs(text) {
  const { code } = await transform(text, { ...target, format: 'cjs', supported: { 'dynamic-import': false } });
  return code;
}

/** What the entry leads to: esbuild also writes what only code that it dropped would have loaded. */
function reachable(name, outputs, seen = new Set()) {
  if (seen.has(name) || !outputs.has(name)) return seen;
  seen.add(name);
  for (const { path } of outputs.get(name).imports) reachable(basename(path), outputs, seen);
  return seen;
}

function rank({ path }) {
  return basename(path) === 'index.js' ? 1 : 0;
}
