import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import type { MigrationsProperties } from '../../core/wire';
import { MigrationsRemovalPolicy, OlderRevisionPolicy } from '../../lib';
import {
  describeNode,
  type ExportedSymbol,
  exportedSymbols,
  tagsOf,
  visibleMembers,
} from '../support/exported-symbols';

/** Each value that the engine understands, and the member of the enum that the construct sends for it. */
const onOlderRevision: Readonly<Record<MigrationsProperties['OnOlderRevision'], OlderRevisionPolicy>> = {
  refuse: OlderRevisionPolicy.REFUSE,
  downgrade: OlderRevisionPolicy.DOWNGRADE,
};
const onRemoval: Readonly<Record<MigrationsProperties['OnRemoval'], MigrationsRemovalPolicy>> = {
  retain: MigrationsRemovalPolicy.RETAIN,
  undo: MigrationsRemovalPolicy.UNDO,
};

const symbols = exportedSymbols('lib/index.ts').map((symbol) => [symbol.name, symbol] as const);

/** What jsii cannot express, with its place. */
function problems({ name, declaration }: ExportedSymbol): readonly string[] {
  const found: string[] = [];
  const report = (node: ts.Node, what: string) => found.push(`${describeNode(name, node)}: ${what}`);
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
  if (ts.isFunctionDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)) {
    report(declaration, 'neither a class, an interface nor an enum');
  }
  for (const member of visibleMembers(declaration)) check(member);
  return found;
}

describe('the API of the construct', () => {
  it.each([
    ['OlderRevisionPolicy', onOlderRevision, OlderRevisionPolicy],
    ['MigrationsRemovalPolicy', onRemoval, MigrationsRemovalPolicy],
  ])('%s has the values that the engine understands', (_name, byWireValue, policy) => {
    expect(Object.entries(byWireValue)).toEqual(Object.values(policy).map((value) => [value, value]));
  });

  it.each(symbols)('%s can be offered to other languages by jsii', (_name, symbol) => {
    expect(problems(symbol)).toEqual([]);
  });

  it.each(symbols.filter(([, { declaration }]) => ts.isInterfaceDeclaration(declaration)))(
    '%s has only readonly properties, each optional one with its default',
    (name, { declaration }) => {
      const bad = visibleMembers(declaration).filter((member) => {
        if (!ts.isPropertySignature(member)) return true;
        const isReadonly = member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword);
        return !isReadonly || (member.questionToken !== undefined && tagsOf(member, 'default').length === 0);
      });
      expect(bad.map((member) => describeNode(name, member))).toEqual([]);
    },
  );
});
