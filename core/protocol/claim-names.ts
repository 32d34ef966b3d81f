/** A database, or part of one, that only one scope may migrate, named as within its account and region. */
export interface ClaimName {
  readonly kind: 'database' | 'table' | 'tables with prefix';
  readonly name: string;
}

/** Whether two owners would migrate the same thing: the same database or table, or tables that both prefixes begin. */
export function claimsClash(a: ClaimName, b: ClaimName): boolean {
  if (a.kind === b.kind && a.name === b.name) return true;
  return covers(a, b) || covers(b, a);
}

function covers({ kind, name }: ClaimName, other: ClaimName): boolean {
  return kind === 'tables with prefix' && other.kind !== 'database' && other.name.startsWith(name);
}
