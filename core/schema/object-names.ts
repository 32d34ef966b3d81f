/** What has its name in the name of a table. */
export const partsOfTables: readonly string[] = [
  ...['column', 'constraint', 'index', 'trigger', 'rule', 'policy', 'partition'],
  ...['local index', 'setting', 'auto scaling', 'tag'],
];

/** The table in the name of a part of it; empty for what is the table's as a whole. */
export function ownerOf(name: string): string {
  return identifiers(name).slice(0, -1).join('.');
}

/** The parts of a qualified name, which may be quoted; a name may be followed by a definition. */
export function identifiers(name: string): readonly string[] {
  const part = /("(?:[^"]|"")*"|`[^`]*`|[^."`\s]+)(\.?)/y;
  const found: string[] = [];
  for (let match = part.exec(name); match; match = part.exec(name)) {
    found.push(match[1]!);
    if (match[2] === '') break;
  }
  return found;
}
