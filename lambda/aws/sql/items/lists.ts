/** Lists of a column with an array type, as PostgreSQL writes them: `{1,NULL,"a b"}`. */
export function fromArrayText(text: string, toPlain: (element: string) => unknown): unknown {
  const tokens = text.replace(/^(\[[-\d:]+\])+=/, '').match(/[{},]|"(?:[^"\\]|\\[\s\S])*"|[^{},"]+/g) ?? [];
  let at = 0;
  const list = (): unknown[] => {
    const elements: unknown[] = [];
    for (at += 1; tokens[at] !== '}'; ) {
      if (tokens[at] === ',') at += 1;
      else elements.push(tokens[at] === '{' ? list() : element(tokens[at++]!));
    }
    at += 1;
    return elements;
  };
  const element = (token: string): unknown => {
    if (token === 'NULL') return null;
    return toPlain(token.startsWith('"') ? token.slice(1, -1).replace(/\\([\s\S])/g, '$1') : token);
  };
  return list();
}

/** Every element in quotes, so that none is taken for another thing. */
export function toArrayText(list: readonly unknown[], toText: (element: unknown) => string | null): string {
  const parts = list.map((part) => {
    if (Array.isArray(part)) return toArrayText(part, toText);
    const text = toText(part);
    return text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${parts.join(',')}}`;
}
