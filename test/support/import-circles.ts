import { destination, type Import, importsOf, type SourceFile } from './source-files';

/** Our packages by the names under which they are imported. */
const packages: Readonly<Record<string, string>> = {
  'cdk-migrations': 'lib',
  'cdk-migrations/authoring': 'authoring',
  '@cdk-migrations/client': 'packages/client/src',
  '@cdk-migrations/sandbox': 'packages/sandbox/src',
};

/** Files that lead back to themselves by their imports, those of types included: `a.ts > b.ts > a.ts`. */
export function importCircles(files: readonly SourceFile[]): readonly string[] {
  const known = new Set(files.map(({ path }) => path));
  const imports = new Map(files.map((file) => [file.path, importsOf(file).flatMap((found) => fileOf(found, known))]));
  const circles: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(' > '));
    if (start >= 0 || finished.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of known) visit(path, []);
  return circles;
}

function fileOf(found: Import, known: ReadonlySet<string>): readonly string[] {
  const { ours, name } = destination(found);
  const base = ours ? name : packages[name];
  if (base === undefined) return [];
  const candidates = [`${base}.ts`, `${base}/index.ts`, `${base}.mts`, `${base}.mjs`, `${base}.js`];
  return candidates.filter((candidate) => known.has(candidate)).slice(0, 1);
}
