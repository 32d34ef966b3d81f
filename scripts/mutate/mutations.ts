import ts from 'typescript';

/** One small change of a source file that a test should notice. */
export interface Mutation {
  /** 1-based. */
  readonly line: number;
  /** For people: `negated: state.open.length === 0`. */
  readonly what: string;
  /** Offsets of what is replaced, and by what. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const opposites: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '>='],
  [ts.SyntaxKind.LessThanEqualsToken, '>'],
  [ts.SyntaxKind.GreaterThanToken, '<='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '<'],
]);

/**
 * The mutations of a file: conditions negated, operators replaced by their opposites, calls whose result is not used left
 * out, and true and false exchanged. Messages and types are left alone.
 */
export function mutationsOf(fileName: string, text: string): readonly Mutation[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true);
  const found: Mutation[] = [];
  const add = (node: ts.Node, how: string, replacement: string) => {
    const start = node.getStart(file);
    const shown = node.getText(file).replace(/\s+/g, ' ').slice(0, 70);
    const { line } = file.getLineAndCharacterOfPosition(start);
    found.push({ line: line + 1, what: `${how}: ${shown}`, start, end: node.getEnd(), replacement });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node)) return;
    const condition = conditionOf(node);
    if (condition) add(condition, 'negated', `!(${condition.getText(file)})`);
    if (ts.isBinaryExpression(node)) {
      const opposite = opposites.get(node.operatorToken.kind);
      const isLogical = opposite === '||' || opposite === '&&';
      // A comparison that is a whole condition is negated already.
      if (opposite && (isLogical || node !== conditionOf(node.parent))) {
        const [left, right] = [node.left.getText(file), node.right.getText(file)];
        add(node, `with ${opposite}`, `${left} ${opposite} ${right}`);
      }
    }
    if (ts.isExpressionStatement(node) && isCall(node.expression)) add(node, 'left out', ';');
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, 'false for', 'false');
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, 'true for', 'true');
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) return node.expression;
  return ts.isConditionalExpression(node) ? node.condition : undefined;
}

function isCall(node: ts.Expression): boolean {
  return ts.isCallExpression(ts.isAwaitExpression(node) ? node.expression : node);
}

export function applied(text: string, { start, end, replacement }: Mutation): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
