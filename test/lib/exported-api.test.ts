import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const lib = join(__dirname, '../../lib');

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(lib, file), 'utf8'), ts.ScriptTarget.ES2022, true);
}

/** Each exported name of lib/index.ts with its declaration. */
function exported(): readonly (readonly [string, ts.Declaration])[] {
  return parse('index.ts').statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || !statement.exportClause || !statement.moduleSpecifier) {
      throw new Error(`lib/index.ts only re-exports by name, but has: ${statement.getText()}`);
    }
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    const file = parse(`${from.slice(2)}.ts`);
    return (statement.exportClause as ts.NamedExports).elements.map(({ name }) => [
      name.text,
      declarationOf(file, name.text),
    ]);
  });
}

function declarationOf(file: ts.SourceFile, name: string): ts.Declaration {
  const found = file.statements.find(
    (statement) =>
      (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isEnumDeclaration(statement)) &&
      statement.name?.text === name,
  );
  if (found) return found as unknown as ts.Declaration;
  throw new Error(`${name} is neither a class, an interface nor an enum: other languages cannot have it.`);
}

/** Members that users of another language see. */
function visible(declaration: ts.Declaration): readonly (ts.ClassElement | ts.TypeElement)[] {
  if (ts.isInterfaceDeclaration(declaration)) return [...declaration.members];
  if (!ts.isClassDeclaration(declaration)) return [];
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  return declaration.members.filter((member) => {
    const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
    const isInternal = ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
    return !isInternal && !modifiers.some(({ kind }) => hidden.includes(kind));
  });
}

/** What jsii cannot express, with its place. */
function problems(name: string, declaration: ts.Declaration): readonly string[] {
  const found: string[] = [];
  const report = (node: ts.Node, what: string) => {
    const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
    found.push(`lib/${node.getSourceFile().fileName}:${line + 1} ${name}: ${what}: ${node.getText()}`);
  };
  const check = (node: ts.Node): void => {
    if (ts.isBlock(node) || ts.isExpression(node)) return;
    if (ts.isUnionTypeNode(node)) report(node, 'a union');
    if (ts.isIntersectionTypeNode(node) || ts.isMappedTypeNode(node) || ts.isConditionalTypeNode(node)) {
      report(node, 'a computed type');
    }
    if (ts.isTupleTypeNode(node) || ts.isFunctionTypeNode(node)) report(node, 'a type that other languages lack');
    if (ts.isTypeParameterDeclaration(node)) report(node, 'a generic');
    if (ts.isTypeReferenceNode(node) && node.typeArguments) report(node, 'a generic');
    ts.forEachChild(node, check);
  };
  for (const member of visible(declaration)) check(member);
  return found;
}

describe('the API of the construct', () => {
  it.each(exported())('%s can be offered to other languages by jsii', (name, declaration) => {
    expect(problems(name, declaration)).toEqual([]);
  });

  it.each(exported().filter(([, declaration]) => ts.isInterfaceDeclaration(declaration)))(
    '%s has only readonly properties, each optional one with its default',
    (name, declaration) => {
      const members = (declaration as ts.InterfaceDeclaration).members;
      const bad = members.filter((member) => {
        if (!ts.isPropertySignature(member)) return true;
        const isReadonly = member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword);
        const hasDefault = ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'default');
        return !isReadonly || (member.questionToken !== undefined && !hasDefault);
      });
      expect(bad.map((member) => `${name}: ${member.getText()}`)).toEqual([]);
    },
  );
});
