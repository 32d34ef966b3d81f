import type { TargetProperties } from '../wire';
import type { ClaimName } from './claim-names';

/** What a scope must own before it migrates a target: every part of it that another scope could migrate too. */
export function claimsOf(properties: TargetProperties): readonly ClaimName[] {
  if (!('Tables' in properties)) return [{ kind: 'database', name: properties.Identity }];
  const { Tables, TableNamePrefix } = properties;
  const tables = Object.values(Tables).map((name): ClaimName => ({ kind: 'table', name }));
  return TableNamePrefix === '' ? tables : [...tables, { kind: 'tables with prefix', name: TableNamePrefix }];
}

export function claimsOfAll(targets: Readonly<Record<string, TargetProperties>>): readonly ClaimName[] {
  return Object.values(targets).flatMap(claimsOf);
}
