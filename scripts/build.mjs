// Builds dist/ of the library and of each package: what its entry points reach, file by file: TypeScript is
// transpiled, JavaScript copied. For the library also the engine, bundled into the Lambda asset. Folders as arguments build
// only these packages.
// Type declarations are not needed to run anything here; `npm run build:types` adds them before packing.
import { copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildAsset } from './build-asset.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const startedAt = Date.now();

/** By folder: where the sources are, and what is run or imported from outside. */
const packages = {
  '.': {
    source: '.',
    entryPoints: ['lib/index.ts', 'authoring/index.ts', 'bundler/main.ts', 'bin/migrations.ts'],
  },
  'packages/client': { source: 'src', entryPoints: ['index.ts'] },
  'packages/sandbox': {
    source: 'src',
    entryPoints: [
      'index.ts',
      'bin/cfn-sandbox.ts',
      'control/serve.ts',
      'services/lambda/bootstrap.ts',
      'services/rds-data/engine/pglite-worker.mjs',
    ],
  },
};

/** Each is built into one file with the packages that it exports from. */
const bundledFiles = ['lambda/aws/seldom-clients.ts', 'bundler/seed/csv-parser.ts', 'core/bundle/semver.ts'];

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(packages);
await Promise.all(chosen.map(buildPackage));

async function buildPackage(folder) {
  const { source, entryPoints } = packages[folder];
  const [sources, dist] = [join(root, folder, source), join(root, folder, 'dist')];
  const options = { absWorkingDir: root, outbase: sources, outdir: dist, platform: 'node', target: 'node20' };
  const entries = entryPoints.map((file) => join(sources, file));
  const files = await reachable(entries, options);
  const isTypeScript = (file) => file.endsWith('.ts');
  const isBundled = (file) => bundledFiles.includes(relative(root, file));
  await Promise.all([
    build({
      ...options,
      entryPoints: files.filter((file) => isTypeScript(file) && !isBundled(file)),
      format: 'cjs',
      logLevel: 'warning',
    }),
    ...files.filter(isBundled).map((file) => bundleInto(file, options)),
    ...(folder === '.' ? [buildAsset(join(dist, 'asset'))] : []),
  ]);
  for (const file of files.filter((file) => !isTypeScript(file))) {
    copyFileSync(file, join(dist, relative(sources, file)));
  }
  removeLeftovers(dist, sources);
}

/** All that the file imports. Of the SDK clients also the ways to find credentials: whoever runs a command may need any. */
async function bundleInto(file, options) {
  const settings = { bundle: true, format: 'cjs', mainFields: ['module', 'main'], minify: true, logLevel: 'warning' };
  await build({ ...options, ...settings, entryPoints: [file] });
}

/** The entry points and every file of ours that they import, also by `import()`. */
async function reachable(entryPoints, options) {
  const { metafile } = await build({
    ...options,
    entryPoints,
    bundle: true,
    format: 'esm',
    packages: 'external',
    // Without the paths of tsconfig.json, by which the packages would be files of ours.
    tsconfigRaw: '{}',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  return Object.keys(metafile.inputs).map((file) => join(root, file));
}

/** What earlier builds left goes afterwards only: a test or a deployment may be reading dist/ right now. */
function removeLeftovers(dist, sources) {
  const names = readdirSync(dist, { recursive: true }).filter((name) => statSync(join(dist, name)).isFile());
  for (const name of names) {
    const source = join(sources, name.replace(/\.d\.ts$/, '.ts'));
    const isLeft = name.endsWith('.d.ts') ? !existsSync(source) : statSync(join(dist, name)).mtimeMs < startedAt - 1000;
    if (isLeft) rmSync(join(dist, name));
  }
}
