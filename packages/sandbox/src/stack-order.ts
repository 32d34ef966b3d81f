import type { StateStore } from './state';

type Dependencies = Readonly<Record<string, readonly string[]>>;

const DOCUMENT = 'stack-order.json';

/** Which stacks were deployed after which, so that they can be deleted the other way round. */
export class StackOrder {
  constructor(private readonly state: StateStore) {}

  remember(stack: string, dependsOn: readonly string[]): void {
    const { [stack]: _before, ...others } = this.#read();
    // The last one deployed is last in the list; that decides where no dependency does.
    this.state.write(DOCUMENT, { ...others, [stack]: dependsOn });
  }

  dependentsFirst(stacks: readonly string[]): readonly string[] {
    const dependencies = this.#read();
    const deployed = Object.keys(dependencies);
    const ordered = new Set<string>();
    const visit = (stack: string): void => {
      if (ordered.has(stack)) return;
      for (const dependency of dependencies[stack] ?? []) visit(dependency);
      ordered.add(stack);
    };
    stacks.toSorted((a, b) => deployed.indexOf(a) - deployed.indexOf(b)).forEach(visit);
    return [...ordered].reverse().filter((stack) => stacks.includes(stack));
  }

  #read(): Dependencies {
    return this.state.read<Dependencies>(DOCUMENT, {});
  }
}
