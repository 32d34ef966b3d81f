import type { TargetBinding, TargetClaim } from './target-binding';

/** Everything wrong with the targets of one construct that can be known when it is made. */
export function targetErrors(targets: ReadonlyMap<string, TargetBinding>): string[] {
  if (targets.size === 0) {
    return [
      "targets is empty. Give at least one, for example { users: MigrationTarget.aurora(cluster, { databaseName: 'app' }) }.",
    ];
  }
  const own = [...targets].flatMap(([name, { errors }]) => [
    ...nameErrors(name),
    ...errors.map((error) => inTarget(name, error)),
  ]);
  return [...own, ...clashes([...targets])];
}

/** Names the target that an error is about. */
export function inTarget(name: string, error: string): string {
  return `Target '${name}': ${error}`;
}

function nameErrors(name: string): string[] {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(name)) return [];
  return [
    `Target name '${name}' is also a folder name. Use a lower-case letter, then lower-case letters, digits or -, at most 64 in all.`,
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
                `${otherClaim.what} '${otherClaim.value}'. Put their migrations in one target, or separate them.`,
            ),
        ),
      ),
  );
}

function overlaps(a: TargetClaim, b: TargetClaim): boolean {
  return a.value === b.value || (a.prefix && b.value.startsWith(a.value)) || (b.prefix && a.value.startsWith(b.value));
}
