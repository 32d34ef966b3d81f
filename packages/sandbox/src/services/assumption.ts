/** A fact about AWS that no document settles ("unverified" in docs/aws-facts.md), as a switch of the sandbox. */
export interface Assumption<Name extends string = string> {
  readonly name: Name;
  readonly default: string;
  /** What may be chosen; `<number>` means any number that is not negative. */
  readonly values: readonly string[];
  /** What is switched, as a sentence for docs and `--help`. */
  readonly sentence: string;
}

/** Values by name, as {@link SandboxOptions.assumptions} has them. Names of other services' assumptions are ignored. */
export type AssumptionValues = Readonly<Record<string, string>>;

const NUMBER = '<number>';

/** Checks the given values and returns a reader of the effective ones. */
export function assume<Name extends string>(
  table: readonly Assumption<Name>[],
  given: AssumptionValues = {},
): (name: Name) => string {
  const effective = new Map(table.map((assumption) => [assumption.name, choose(assumption, given[assumption.name])]));
  return (name) => effective.get(name)!;
}

function choose({ name, default: fallback, values }: Assumption, given: string | undefined): string {
  if (given === undefined || values.includes(given)) return given ?? fallback;
  if (values.includes(NUMBER) && /^\d+$/.test(given)) return given;
  throw new Error(
    `Assumption '${name}' cannot be '${given}'. Allowed: ${values.join(', ')}. Leave it out for '${fallback}'.`,
  );
}
