import type { SchemaObject } from '../../../../core/ports';

/** Makes what the catalogue shows independent of the order of creation and of the version of the server. */
export function normalised(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  return ordered(withoutNumbers(objects.map((object) => (isView(object) ? unqualified(object) : object))));
}

function isView({ kind }: SchemaObject): boolean {
  return kind === 'view' || kind === 'materialized view';
}

/** The end of a name that PostgreSQL invented, and the number that tells it from those that were invented before. */
const invented = /^(.*_(?:pkey|key|fkey|check|excl|idx))(\d*)$/;

/**
 * Of several constraints or indexes of a table whose invented names would be the same, the order of creation tells who has which
 * number. So they are told apart by their definitions.
 */
function withoutNumbers(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const counts = new Map<string, number>();
  const stem = ({ kind, name }: SchemaObject) => `${kind} ${invented.exec(name)?.[1] ?? name}`;
  const numbered = ({ kind, name }: SchemaObject) => ['constraint', 'index'].includes(kind) && invented.test(name);
  for (const object of objects.filter(numbered)) counts.set(stem(object), (counts.get(stem(object)) ?? 0) + 1);
  return objects.map((object) => {
    const [, name, number] = (numbered(object) && invented.exec(object.name)) || [];
    if (name === undefined || (number === '' && counts.get(stem(object)) === 1)) return object;
    return { ...object, name: `${name} ${object.definition}` };
  });
}

/**
 * Before version 16 PostgreSQL writes the table before each column of a view, also when there is only one. With several the names
 * before the columns say something, and every version writes them.
 */
function unqualified(object: SchemaObject): SchemaObject {
  const from = [...object.definition.matchAll(/\bFROM\b/gi)];
  const source = /\bFROM ((?:(?:\w+|"[^"]+")\.)?(\w+|"[^"]+"))(?: (\w+|"[^"]+"))?(?=[\s;])/.exec(object.definition);
  if (from.length !== 1 || !source || /\bJOIN\b|'/.test(object.definition)) return object;
  const [clause, , table = '', alias] = source;
  const rest = object.definition.slice(source.index + clause.length);
  if (rest.startsWith(',')) return object;
  const isWord = alias === undefined || ['WHERE', 'GROUP', 'ORDER', 'LIMIT', 'HAVING'].includes(alias);
  const qualifier = `${isWord ? table : alias}.`;
  const select = object.definition.slice(0, source.index);
  const strip = (text: string) => text.replaceAll(new RegExp(`(?<![\\w."])${escaped(qualifier)}`, 'g'), '');
  return { ...object, definition: `${strip(select)}${clause}${strip(rest)}` };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Two of the same name and definition do not happen, and would be one. */
function ordered(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const key = ({ kind, name, definition }: SchemaObject) => `${kind}\n${name}\n${definition}`;
  const all = new Map(objects.map((object) => [key(object), object]));
  return [...all.keys()].sort((a, b) => (a < b ? -1 : 1)).map((one) => all.get(one)!);
}
