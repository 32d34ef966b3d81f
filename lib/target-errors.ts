import type { IConstruct } from 'constructs';
import type { TargetBinding } from './target-binding';
import { clashesWithin } from './target-clashes';

/** Everything wrong with the targets of one construct that can be known in its constructor. */
export function targetErrors(targets: ReadonlyMap<string, TargetBinding>, owner: IConstruct): string[] {
  if (targets.size === 0) {
    return [
      "targets must not be empty. Give at least one, for example { users: MigrationTarget.aurora(cluster, { databaseName: 'app' }) }.",
    ];
  }
  const own = [...targets].flatMap(([name, { errors }]) => [
    ...nameErrors(name),
    ...errors.map((error) => inTarget(name, error)),
  ]);
  return [...own, ...clashesWithin([...targets], owner)];
}

/** Prefixes an error with the target that it is about. */
export function inTarget(name: string, error: string): string {
  return `Target '${name}': ${error}`;
}

function nameErrors(name: string): string[] {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(name)) return [];
  return [
    `The name of a target, which is also the name of its folder, must be a lower-case letter, followed by up to 63 lower-case letters, digits or hyphens, got '${name}'.`,
  ];
}
