import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import {
  describeNode,
  documentationOf,
  type ExportedSymbol,
  exportedSymbols,
  tagsOf,
  visibleMembers,
} from './support/exported-symbols';

/** What users import. That the examples compile is held by typescript-blocks.test.ts. */
const entries = ['lib/index.ts', 'authoring/index.ts', 'packages/client/src/index.ts'];

describe.each(entries)('what %s exports', (entry) => {
  const symbols = exportedSymbols(entry);

  it('is documented with a sentence', () => {
    const bare = symbols.filter(({ declaration }) => !isSentence(documentationOf(declaration)));

    expect(bare.map(describeSymbol)).toEqual([]);
  });

  it('has an example that uses it', () => {
    const bare = symbols.filter(
      ({ name, declaration }) =>
        !tagsOf(declaration, 'example').some((example) => new RegExp(`\\b${name}\\b`).test(example)),
    );

    expect(bare.map(describeSymbol)).toEqual([]);
  });

  it('has a sentence for each of its members', () => {
    expect(members(symbols, (member) => !isSentence(documentationOf(member)))).toEqual([]);
  });

  it('names the default of each optional property', () => {
    const isOptional = (member: ts.Node) => ts.isPropertySignature(member) && member.questionToken !== undefined;

    expect(members(symbols, (member) => isOptional(member) && tagsOf(member, 'default').length === 0)).toEqual([]);
  });

  it('describes each parameter of its functions and methods', () => {
    const callable = (node: ts.Node) =>
      ts.isFunctionDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isMethodSignature(node) ||
      ts.isConstructorDeclaration(node)
        ? [node]
        : [];
    const functions = symbols.flatMap(({ name, declaration }) =>
      [declaration, ...visibleMembers(declaration)].flatMap(callable).map((node) => [name, node] as const),
    );
    const bare = functions.filter(
      ([, node]) => tagsOf(node, 'param').filter(isSentence).length !== node.parameters.length,
    );

    expect(bare.map(([name, node]) => describeNode(name, node))).toEqual([]);
  });
});

function isSentence(text: string): boolean {
  return /\w+\W+\w+\W+\w+/.test(text);
}

function describeSymbol({ name, declaration }: ExportedSymbol): string {
  return describeNode(name, declaration);
}

function members(symbols: readonly ExportedSymbol[], isBad: (member: ts.Node) => boolean): readonly string[] {
  return symbols.flatMap(({ name, declaration }) =>
    visibleMembers(declaration)
      .filter(isBad)
      .map((member) => describeNode(name, member)),
  );
}
