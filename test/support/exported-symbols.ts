import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');

type Declaration =
  | ts.ClassDeclaration
  | ts.EnumDeclaration
  | ts.FunctionDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration;

/** Something that a package exports, and where it is declared. */
export interface ExportedSymbol {
  readonly name: string;
  readonly declaration: Declaration;
}

/** Everything that an entry file exports, by name, led back to its declaration through any number of re-exports. */
export function exportedSymbols(entry: string): readonly ExportedSymbol[] {
  const star = parse(entry).statements.find((one) => ts.isExportDeclaration(one) && !one.exportClause);
  if (star) throw new Error(`${entry} must name what it exports: ${star.getText()}`);
  return symbolsOf(entry);
}

function symbolsOf(file: string): readonly ExportedSymbol[] {
  return parse(file).statements.flatMap((statement): readonly ExportedSymbol[] => {
    if (ts.isExportDeclaration(statement)) return reExported(file, statement);
    if (!isDeclaration(statement) || !hasModifier(statement, ts.SyntaxKind.ExportKeyword)) return [];
    return [{ name: statement.name!.text, declaration: statement }];
  });
}

function reExported(file: string, { exportClause, moduleSpecifier }: ts.ExportDeclaration): readonly ExportedSymbol[] {
  const from = symbolsOf(resolve(file, (moduleSpecifier as ts.StringLiteral).text));
  if (!exportClause) return from;
  return (exportClause as ts.NamedExports).elements.map(({ name, propertyName = name }) => {
    const found = from.find((symbol) => symbol.name === propertyName.text);
    if (!found) throw new Error(`${file} exports ${propertyName.text}, which is no class, enum, function or type.`);
    return { name: name.text, declaration: found.declaration };
  });
}

function resolve(from: string, specifier: string): string {
  const path = posix.join(posix.dirname(from), specifier);
  return existsSync(join(root, `${path}.ts`)) ? `${path}.ts` : `${path}/index.ts`;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2022, true);
}

function isDeclaration(node: ts.Node): node is Declaration {
  return (
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  );
}

export type Member = ts.ClassElement | ts.TypeElement | ts.EnumMember;

/** The members that users see, those of object types inside a type alias included. */
export function visibleMembers(declaration: Declaration): readonly Member[] {
  if (ts.isInterfaceDeclaration(declaration) || ts.isEnumDeclaration(declaration)) return [...declaration.members];
  if (ts.isClassDeclaration(declaration)) return declaration.members.filter(isVisible);
  if (ts.isTypeAliasDeclaration(declaration)) return objectTypes(declaration.type).flatMap(({ members }) => members);
  return [];
}

function isVisible(member: ts.ClassElement): boolean {
  const isInternal = ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  return !isInternal && !hidden.some((kind) => hasModifier(member, kind));
}

function objectTypes(node: ts.Node): readonly ts.TypeLiteralNode[] {
  const inside = node.getChildren().flatMap(objectTypes);
  return ts.isTypeLiteralNode(node) ? [node, ...inside] : inside;
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some((modifier) => modifier.kind === kind);
}

/** The text of a doc comment before its first tag. Empty without a doc comment. */
export function documentationOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join('\n');
}

/** The texts of all tags of a name. */
export function tagsOf(node: ts.Node, name: string): readonly string[] {
  const tags = ts.getJSDocTags(node).filter(({ tagName }) => tagName.text === name);
  return tags.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '');
}

/** `file:line name`, for messages. */
export function describeNode(symbol: string, node: ts.Node): string {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  const [firstLine] = node.getText().split('\n');
  return `${file.fileName}:${line + 1} ${symbol}: ${firstLine}`;
}
