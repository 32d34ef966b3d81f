import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');

/** One declared code, as its comment and its type describe it. */
export interface DeclaredCode {
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
  readonly payload: readonly PayloadField[];
}

interface PayloadField {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly about: string;
}

/** The codes that one file declares. */
export interface CodeFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly about: string;
  readonly codes: readonly DeclaredCode[];
}

/** Reads every `error-codes.ts` of the rooms, in the order of their paths. */
export function readErrorCodes(): readonly CodeFile[] {
  const rooms = ['bundler', 'cli', 'core', 'lambda'].map((room) => join(root, room));
  const paths = rooms.flatMap((room) => ts.sys.readDirectory(room, ['.ts'], undefined, ['**/*error-codes.ts']));
  return paths.sort().map(readFile);
}

function readFile(path: string): CodeFile {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const module = file.statements.find(ts.isModuleDeclaration);
  const block = module?.body && ts.isModuleBlock(module.body) ? module.body : undefined;
  const payloads = block?.statements.find(ts.isInterfaceDeclaration);
  if (!module || !payloads) throw new Error(`${path} declares no codes.`);
  const codes = payloads.members.filter(ts.isPropertySignature).map(readCode);
  return { path: relative(root, path).split('\\').join('/'), about: commentOf(module), codes };
}

function readCode(member: ts.PropertySignature): DeclaredCode {
  const remedy = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'remedy');
  const fields = member.type && ts.isTypeLiteralNode(member.type) ? member.type.members : [];
  return {
    code: member.name.getText(),
    cause: commentOf(member),
    remedy: oneLine(ts.getTextOfJSDocComment(remedy?.comment)),
    payload: [...fields].filter(ts.isPropertySignature).map((field) => ({
      name: field.name.getText(),
      optional: field.questionToken !== undefined,
      type: field.type?.getText() ?? 'unknown',
      about: commentOf(field),
    })),
  };
}

function commentOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map(({ comment }) => oneLine(ts.getTextOfJSDocComment(comment)))
    .join(' ');
}

function oneLine(text = ''): string {
  return text.replace(/\s+/g, ' ').trim();
}
