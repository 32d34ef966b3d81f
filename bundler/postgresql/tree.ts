import type { RangeVar } from 'libpg-query';
import type { Node } from './parser';

/** What a statement only stores: it runs later, if ever. */
const stored = new Set(['RuleStmt', 'CreateFunctionStmt', 'ViewStmt', 'CreatePolicyStmt', 'CreateTrigStmt']);

/** Every node of a statement's tree, the statement itself first, in the order of the text as far as the tree keeps it. */
export function nodesOf(statement: Node): readonly Node[] {
  return collect(statement, () => true);
}

/** The nodes of what a statement does when it runs: without the bodies of functions, rules and views. */
export function effectsOf(statement: Node): readonly Node[] {
  return collect(statement, (kind) => !stored.has(kind));
}

/** Without recursion: an expression may be nested deeper than the call stack. */
function collect(root: Node, entered: (kind: string) => boolean): readonly Node[] {
  const found: Node[] = [];
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== 'object' || value === null) continue;
    const entries = Object.entries(value);
    const kind = !Array.isArray(value) && entries.length === 1 && /^[A-Z]/.test(entries[0]![0]) ? entries[0]![0] : '';
    if (kind !== '') found.push(value as Node);
    if (kind !== '' && !entered(kind)) continue;
    for (let index = entries.length - 1; index >= 0; index--) stack.push(entries[index]![1]);
  }
  return found;
}

/** `crm.users`; without `public`, so that `users` and `public.users` are one table. */
export function nameOf(relation: RangeVar | undefined): string | undefined {
  return relation?.relname === undefined ? undefined : qualified([relation.schemaname, relation.relname]);
}

export function qualified(parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part, index) => part !== undefined && (part !== 'public' || index === parts.length - 1))
    .join('.');
}

/** Whether an option such as FULL is written, and not switched off. */
export function isOn(options: readonly Node[] = [], name: string): boolean {
  return options.some((option) => {
    if (!('DefElem' in option) || option.DefElem.defname !== name) return false;
    const { arg } = option.DefElem;
    // Protobuf leaves out 0.
    const isZero = arg !== undefined && 'Integer' in arg && !arg.Integer.ival;
    return !isZero && !(arg && 'String' in arg && /^(false|off)$/i.test(arg.String.sval ?? ''));
  });
}

/** The strings in a name, however the tree wraps them. */
export function texts(nodes: readonly Node[] = []): readonly string[] {
  return nodes.flatMap((node): readonly string[] => {
    if ('String' in node) return [node.String.sval ?? ''];
    if ('List' in node) return texts(node.List.items);
    if ('TypeName' in node) return texts(node.TypeName.names);
    return [];
  });
}
