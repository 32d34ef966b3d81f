import { type DeploymentPhaseName, isMigrationPhase, type Moment, type PhaseName, phases } from '../bundle/phases';

/** Phases in the order in which a deployment runs them; see the table in core/bundle/phases. */
type Strategy = readonly (DeploymentPhaseName | PhaseName)[];

const strategies = {
  /** Changes in place: `up`, `backfill` and `verify` before the answer, `sweep` and `contract` at commit. */
  direct: [
    'doors',
    'former-ledger',
    'claims',
    'histories',
    'baseline',
    'ahead',
    'up',
    'backfill',
    'verify',
    'sweep',
    'contract',
  ],
} as const satisfies Readonly<Record<string, Strategy>>;

export type StrategyName = keyof typeof strategies;

/** The phases of a whole deployment, in order. */
export function deploymentPhases(strategy: StrategyName): readonly DeploymentPhaseName[] {
  return listOf(strategy).filter((name): name is DeploymentPhaseName => !isMigrationPhase(name));
}

/** The phases that run for each migration at a moment, in order. */
export function migrationPhases(strategy: StrategyName, moment: Moment): readonly PhaseName[] {
  return listOf(strategy).filter((name): name is PhaseName => isMigrationPhase(name) && phases[name].runs === moment);
}

/** One part of the way forward: a phase of the whole deployment, or phases that each migration goes through in turn. */
export type Stage =
  | { readonly level: 'deployment'; readonly phase: DeploymentPhaseName }
  | { readonly level: 'migration'; readonly phases: readonly PhaseName[] };

/** The way forward in order. Consecutive migration phases are one stage: a migration ends them before the next begins. */
export function forwardStages(strategy: StrategyName): readonly Stage[] {
  const stages: Stage[] = [];
  for (const name of listOf(strategy)) {
    const last = stages.at(-1);
    if (!isMigrationPhase(name)) stages.push({ level: 'deployment', phase: name });
    else if (phases[name].runs !== 'forward') continue;
    else if (last?.level === 'migration') stages[stages.length - 1] = { ...last, phases: [...last.phases, name] };
    else stages.push({ level: 'migration', phases: [name] });
  }
  return stages;
}

function listOf(strategy: StrategyName): Strategy {
  return strategies[strategy];
}
