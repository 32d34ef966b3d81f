import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AwsError } from '../aws-error';

/** One stack of a cloud assembly, ready to be deployed. */
export interface AssemblyStack {
  /** Unique in the assembly: the path of folders and the artifact's name. */
  readonly id: string;
  /** As CloudFormation will call it. */
  readonly stackName: string;
  /** As the CDK shows it, for example `Stage/Stack`. */
  readonly displayName: string;
  readonly templateFile: string;
  /** Absolute paths of the asset manifests that must be published before. */
  readonly assetManifests: readonly string[];
  /** Ids of stacks that must be deployed before. */
  readonly dependsOn: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** The SSM parameter with which the template checks that the account was bootstrapped. */
  readonly bootstrapParameter?: string;
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly file?: string;
    readonly directoryName?: string;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly bootstrapStackVersionSsmParameter?: string;
  };
}

type Artifacts = Readonly<Record<string, Artifact>>;

const STACK = 'aws:cloudformation:stack';
const ASSETS = 'cdk:asset-manifest';
const NESTED = 'cdk:cloud-assembly';

/** All stacks of an assembly (`cdk.out`) and of the stages in it, in order of deployment. */
export function readAssembly(folder: string): readonly AssemblyStack[] {
  return inOrder(stacksOf(resolve(folder), ''));
}

function stacksOf(folder: string, prefix: string): readonly AssemblyStack[] {
  const artifacts = readArtifacts(folder);
  return Object.entries(artifacts).flatMap(([name, artifact]) => {
    if (artifact.type === STACK) return [stackOf(folder, prefix, name, artifact, artifacts)];
    const inner = artifact.type === NESTED ? artifact.properties?.directoryName : undefined;
    return inner === undefined ? [] : stacksOf(join(folder, inner), `${prefix}${name}/`);
  });
}

function readArtifacts(folder: string): Artifacts {
  const file = join(folder, 'manifest.json');
  if (!existsSync(file)) {
    throw new AwsError(
      'ValidationError',
      `${folder} is no cloud assembly: it has no manifest.json. Name the output folder of 'cdk synth', usually cdk.out.`,
    );
  }
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly artifacts?: Artifacts }).artifacts ?? {};
}

function stackOf(folder: string, prefix: string, name: string, artifact: Artifact, all: Artifacts): AssemblyStack {
  const { properties = {}, dependencies = [] } = artifact;
  const templateFile = join(folder, properties.templateFile ?? `${name}.template.json`);
  const ofType = (type: string) => dependencies.filter((dependency) => all[dependency]?.type === type);
  return {
    id: `${prefix}${name}`,
    stackName: properties.stackName ?? name,
    displayName: artifact.displayName ?? name,
    templateFile,
    assetManifests: ofType(ASSETS).map((dependency) => join(folder, all[dependency]?.properties?.file ?? '')),
    dependsOn: ofType(STACK).map((dependency) => `${prefix}${dependency}`),
    parameters: properties.parameters ?? {},
    bootstrapParameter: properties.bootstrapStackVersionSsmParameter,
  };
}

function inOrder(stacks: readonly AssemblyStack[]): readonly AssemblyStack[] {
  const ordered = new Set<AssemblyStack>();
  const visit = (stack: AssemblyStack, path: readonly string[]): void => {
    if (path.includes(stack.id)) {
      throw new AwsError(
        'ValidationError',
        `Stacks depend on each other in a circle: ${[...path, stack.id].join(' -> ')}.`,
      );
    }
    for (const dependency of stack.dependsOn) {
      const found = stacks.find(({ id }) => id === dependency);
      if (found) visit(found, [...path, stack.id]);
    }
    ordered.add(stack);
  };
  for (const stack of stacks) visit(stack, []);
  return [...ordered];
}

/** The named stacks and what they depend on, in order; all when none is named. Names as the CDK takes them. */
export function selectStacks(
  stacks: readonly AssemblyStack[],
  names: readonly string[] | undefined,
): readonly AssemblyStack[] {
  if (!names || names.length === 0) return stacks;
  const chosen = new Set<AssemblyStack>();
  const choose = (stack: AssemblyStack): void => {
    chosen.add(stack);
    for (const id of stack.dependsOn) stacks.filter((other) => other.id === id).forEach(choose);
  };
  for (const name of names) {
    const found = stacks.filter((stack) => [stack.id, stack.stackName, stack.displayName].includes(name));
    if (found.length === 0) {
      const known = stacks.map((stack) => stack.displayName).join(', ') || 'none';
      throw new AwsError('ValidationError', `The assembly has no stack '${name}'. It has: ${known}.`);
    }
    found.forEach(choose);
  }
  return stacks.filter((stack) => chosen.has(stack));
}

/** For messages: the manifest's folder and name, not the whole path. */
export function shortPath(file: string): string {
  return join(basename(dirname(file)), basename(file));
}
