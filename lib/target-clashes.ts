import { type IResource, type ResourceEnvironment, Stage, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { claimsClash } from '../core/protocol/claim-names';
import type { TargetBinding, TargetClaim } from './target-binding';

type NamedTarget = readonly [name: string, target: TargetBinding];

/** What two targets of one construct both claim. */
export function clashesWithin(targets: readonly NamedTarget[], owner: IConstruct): string[] {
  return targets.flatMap(([name, target], index) =>
    targets
      .slice(index + 1)
      .flatMap(([otherName, other]) =>
        sharedBy(target.claims(owner), other.claims(owner)).map(
          (shared) =>
            `Targets '${name}' and '${otherName}' share a database: ${shared}. Put their migrations into one target, or ` +
            'give them separate databases.',
        ),
      ),
  );
}

/** What a target claims that belongs to another construct of the app. */
export function clashesBetween(
  [targets, owner]: readonly [readonly NamedTarget[], IConstruct],
  [others, other]: readonly [readonly NamedTarget[], IConstruct],
): string[] {
  return targets.flatMap(([name, target]) =>
    others.flatMap(([otherName, otherTarget]) =>
      sharedBy(target.claims(owner), otherTarget.claims(other)).map(
        (shared) =>
          `Target '${name}' shares a database with target '${otherName}' of ${other.node.path}: ${shared}. Only one ` +
          'DatabaseMigrations construct can migrate a database: put the migrations into one of them, or give them ' +
          'separate databases. If their stacks go to different accounts or regions, set `env` of the stacks.',
      ),
    ),
  );
}

function sharedBy(claims: readonly TargetClaim[], others: readonly TargetClaim[]): string[] {
  return claims.flatMap((claim) =>
    others
      .filter((other) => claim.environment === other.environment && claimsClash(claim, other))
      .map((other) => `${describe(claim)} and ${describe(other)}`),
  );
}

function describe({ kind, name }: TargetClaim): string {
  return `${kind} '${name}'`;
}

/** The account and region of something. What is decided only at deployment is the same within a stage. */
export function environmentOf({ account, region }: ResourceEnvironment, owner: IConstruct): string {
  const unknown = `(${Stage.of(owner)?.node.path})`;
  return [account, region].map((part) => (Token.isUnresolved(part) ? unknown : part)).join('/');
}

/**
 * The name of a resource: the one that an imported one has, or that the template gives it. One that CloudFormation names
 * is told by where in the app it is, which looks like no name in AWS.
 */
export function nameInApp({ node }: Pick<IResource, 'node'>, ...names: readonly (string | undefined)[]): string {
  return names.find((name) => name !== undefined && !Token.isUnresolved(name)) ?? `(${node.path})`;
}
