import { describe, MigrationError } from '../core/errors/index';
import { didYouMean } from '../core/errors/near-names';
import type { AuroraTargetProperties } from '../core/wire';
import { deployedTargets } from './deployed-targets';
import { withScopes } from './ledger-access';

/** A database of a sandbox, by the name that it has in migrations. */
export function findDatabase(
  target: string,
  state: string,
): Promise<{ readonly cluster: string; readonly name: string }> {
  return withScopes({ state }, async (scopes) => {
    const targets = await Promise.all(scopes.map((access) => deployedTargets(access)));
    const all = targets.flatMap((ofScope) => Object.entries(ofScope));
    const sql = all.flatMap(([name, properties]) =>
      properties.DatabaseKind === 'dynamodb' ? [] : [{ name, properties }],
    );
    const databases = new Map(
      sql.filter(({ name }) => name === target).map(({ properties }) => [properties.Identity, properties]),
    );
    const [properties] = databases.values();
    if (!properties) throw unknownTarget(target, [...new Set(sql.map(({ name }) => name))]);
    if (databases.size > 1) throw ambiguous(target, [...databases.values()]);
    return { cluster: properties.ClusterArn, name: properties.DatabaseName };
  });
}

function unknownTarget(target: string, known: readonly string[]): MigrationError {
  return new MigrationError('UNKNOWN_TARGET', describe({ what: 'Unknown SQL target', seen: target, allowed: known }), {
    payload: { target, known },
    hint: didYouMean(target, known) ?? 'Name a database without migrations as CLUSTER/DATABASE.',
  });
}

function ambiguous(target: string, databases: readonly AuroraTargetProperties[]): MigrationError {
  const names = databases.map(({ ClusterArn, DatabaseName }) => `${ClusterArn}/${DatabaseName}`);
  return new MigrationError('SCOPE_AMBIGUOUS', `Several scopes have a target ${target}: ${names.join(', ')}.`, {
    payload: { target, databases: names },
    hint: 'Name it as CLUSTER/DATABASE instead.',
  });
}
