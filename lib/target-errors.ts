import type { TargetBinding, TargetClaim } from './target-binding';

/** Everything wrong with the targets of one construct that can be known in its constructor. */
export function targetErrors(targets: ReadonlyMap<string, TargetBinding>): string[] {
  if (targets.size === 0) {
    return [
      "targets must not be empty. Give at least one, for example { users: MigrationTarget.aurora(cluster, { databaseName: 'app' }) }.",
    ];
  }
  const own = [...targets].flatMap(([name, { errors }]) => [
    ...nameErrors(name),
    ...errors.map((error) => inTarget(name, error)),
  ]);
  return [...own, ...clashes([...targets])];
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

function clashes(targets: readonly (readonly [string, TargetBinding])[]): string[] {
  return targets.flatMap(([name, target], index) =>
    targets
      .slice(index + 1)
      .filter(([, other]) => other.databaseKind === target.databaseKind)
      .flatMap(([otherName, other]) =>
        target.claims.flatMap((claim) =>
          other.claims
            .filter((otherClaim) => overlaps(claim, otherClaim))
            .map(
              (otherClaim) =>
                `Targets '${name}' and '${otherName}' share a database: ${claim.what} '${claim.value}' and ` +
                `${otherClaim.what} '${otherClaim.value}'. Put their migrations into one target, or give them separate databases.`,
            ),
        ),
      ),
  );
}

function overlaps(a: TargetClaim, b: TargetClaim): boolean {
  return a.value === b.value || (a.prefix && b.value.startsWith(a.value)) || (b.prefix && a.value.startsWith(b.value));
}
