import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, parse, posix } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * PGlite's package has PostgreSQL's contrib extensions in bundles, and wants to be told before it starts which of them
 * a database will use. Nothing can know that: CREATE EXTENSION may come from a function or from text that is put
 * together at run time. So the files come when PostgreSQL itself looks for one: whatever statement, function or
 * re-opened database it does that for, it finds the file there.
 */

const HOME = '/pglite';
const LIBRARIES = 'lib/postgresql';
const EXTENSIONS = 'share/postgresql/extension';
const FOLDERS = [LIBRARIES, EXTENSIONS, 'share/postgresql/tsearch_data'];
/** Beside the folder of extensions, so that pg_available_extensions does not list what is not available. */
const STAND_INS = `${HOME}/stand-ins`;

/** Give it to PGlite as an extension. It needs no file before PostgreSQL starts, and changes nothing in the data folder. */
export const extensionsOnDemand = {
  name: 'extensions-on-demand',
  async setup(_database, options) {
    // After the engine has put its own files in place, and before it starts: it may be told to preload a library.
    const postRun = ({ FS }) => bringOnDemand(FS);
    return { emscriptenOpts: { ...options, postRun: [...(options.postRun ?? []), postRun] } };
  },
};

function bringOnDemand(FS) {
  const own = FOLDERS.map((folder) => {
    const { node } = FS.lookupPath(`${HOME}/${folder}`);
    return { node, operations: node.node_ops };
  });
  const bring = () => {
    for (const { node, operations } of own) node.node_ops = operations;
    unpackBundles(FS);
    standInForOthers(FS);
  };
  for (const { node, operations } of own) {
    node.node_ops = {
      ...operations,
      lookup(folder, name) {
        // PostgreSQL looks for a library without `.so` first, also for those that it came with.
        if (parse(name).ext === '') return operations.lookup(folder, name);
        bring();
        return FS.lookupNode(folder, name);
      },
      readdir(folder) {
        bring();
        return folder.node_ops.readdir(folder);
      },
    };
  }
}

/** All of them: 5 MB that take 30 ms, and no table is needed of which extension has or requires which file. */
function unpackBundles(FS) {
  const bundles = dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'));
  for (const bundle of readdirSync(bundles).filter((name) => name.endsWith('.tar.gz'))) {
    for (const { path, contents } of entriesOf(gunzipSync(readFileSync(join(bundles, bundle))))) {
      if (FOLDERS.includes(posix.dirname(path))) FS.writeFile(`${HOME}/${path}`, contents);
    }
  }
}

const BLOCK = 512;

/** The files of a tar archive. PGlite's have short names and none of tar's extensions. */
function* entriesOf(archive) {
  const text = (start, end) => archive.toString('latin1', start, end).split('\0')[0];
  for (let header = 0; archive[header]; ) {
    const size = Number.parseInt(text(header + 124, header + 136), 8);
    const contents = header + BLOCK;
    const isFile = text(header + 156, header + 157) === '0';
    if (isFile) yield { path: text(header, header + 100), contents: archive.subarray(contents, contents + size) };
    header = contents + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/**
 * PostgreSQL's hint for an extension that it does not find is to install it on its system, which cannot be done here.
 * So it finds one that says what can be done. It says so from within the database, because a caller may catch the error
 * there and pass on its fields as data.
 */
function standInForOthers(FS) {
  const { node } = FS.lookupPath(`${HOME}/${EXTENSIONS}`);
  const operations = node.node_ops;
  const isKnown = (extension) =>
    operations.readdir(node).includes(`${extension}.control`) ||
    FS.analyzePath(`${HOME}/${LIBRARIES}/${extension}.so`).exists;
  FS.mkdirTree(STAND_INS);
  node.node_ops = {
    ...operations,
    lookup(folder, name) {
      const { name: stem, ext } = parse(name);
      const [extension, version] = stem.split('--');
      const contents = version === undefined ? CONTROL_FILE[ext] : SCRIPT[ext]?.(extension);
      if (contents === undefined || isKnown(extension)) return operations.lookup(folder, name);
      FS.writeFile(`${STAND_INS}/${name}`, contents);
      return FS.lookupPath(`${STAND_INS}/${name}`).node;
    },
  };
}

const CONTROL_FILE = { '.control': "default_version = 'none'\n" };

const SCRIPT = { '.sql': refusal };

/** @param {string} extension */
function refusal(extension) {
  const text = (value) => `'${value.replaceAll("'", "''")}'`;
  return `DO $refusal$ BEGIN
    RAISE EXCEPTION USING
      ERRCODE = 'feature_not_supported',
      MESSAGE = ${text(`extension "${extension}" is not available`)},
      DETAIL = 'The built-in database of the sandbox (PGlite) does not have it.',
      HINT = 'Run the sandbox on a PostgreSQL server that has it: --postgres URL';
  END $refusal$;\n`;
}
