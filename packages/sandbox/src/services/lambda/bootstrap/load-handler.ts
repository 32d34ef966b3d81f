import { existsSync, readFileSync, statSync } from 'node:fs';
import Module from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Handler = (
  event: unknown,
  context: object,
  callback: (error: unknown, result?: unknown) => void,
) => unknown;

/** Loads `folder/file.export` from the function's code: CommonJS, or an ES module by extension or package type. */
export async function loadHandler(taskRoot: string, handler: string): Promise<Handler> {
  const [, folder = '', moduleName = '', exportPath = ''] = /^(.*\/)?([^/.]+)\.(.+)$/.exec(handler) ?? [];
  if (moduleName === '')
    throw named('Runtime.MalformedHandlerName', `Bad handler '${handler}': expected 'file.export'.`);
  keepLookupsInside(taskRoot);
  const file = findFile(resolve(taskRoot, folder, moduleName), handler);
  const exported: unknown = isEsModule(file, taskRoot) ? await import(pathToFileURL(file).href) : require(file);
  const found = exportPath.split('.').reduce<unknown>(member, exported);
  if (typeof found !== 'function') {
    throw named('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  return found as Handler;
}

function member(value: unknown, name: string): unknown {
  return (value as Readonly<Record<string, unknown>> | undefined)?.[name];
}

function findFile(base: string, handler: string): string {
  const file = ['', '.js', '.mjs', '.cjs'].map((extension) => base + extension).find((path) => isFile(path));
  if (file) return file;
  throw named('Runtime.ImportModuleError', `Error: Cannot find module '${base}' of handler '${handler}'`);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isEsModule(file: string, taskRoot: string): boolean {
  if (!file.endsWith('.js')) return file.endsWith('.mjs');
  for (let folder = dirname(file); folder.startsWith(taskRoot); folder = dirname(folder)) {
    const description = join(folder, 'package.json');
    if (existsSync(description)) return JSON.parse(readFileSync(description, 'utf8')).type === 'module';
  }
  return false;
}

/**
 * CommonJS looks for packages in every folder above a file. In AWS nothing is above the function's code; here the user's
 * own node_modules may be, and a package missing from the asset would go unnoticed until the real deployment.
 */
function keepLookupsInside(taskRoot: string): void {
  const loader = Module as unknown as { _nodeModulePaths(from: string): string[] };
  const original = loader._nodeModulePaths;
  loader._nodeModulePaths = (from) => {
    const paths = original(from);
    return from.startsWith(taskRoot) ? paths.filter((path) => path.startsWith(taskRoot)) : paths;
  };
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
