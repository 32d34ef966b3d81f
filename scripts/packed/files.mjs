import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a folder, relative to it. */
export function listFiles(folder) {
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

/** The folders of all packages in a node_modules, those within packages too. */
export function packagesIn(modules) {
  if (!existsSync(modules)) return [];
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  const folders = names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name],
  );
  return folders.flatMap((name) => [join(modules, name), ...packagesIn(join(modules, name, 'node_modules'))]);
}

/** Bytes that folders take on the disk, as `du` counts them: in blocks, and a file with several names once. */
export function bytesOnDisk(folders) {
  const sizes = new Map();
  const visit = (path) => {
    const { dev, ino, blocks } = lstatSync(path);
    sizes.set(`${dev}:${ino}`, blocks * 512);
    if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
  };
  for (const folder of folders) visit(folder);
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

export function kilobytes(bytes) {
  return `${Math.round(bytes / 1024)} KB`;
}
