import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SandboxError } from '../../sandbox-error';
import type { Terminal } from '../output';
import { checkAssembly } from './check-assembly';
import { contextFor, type ProjectSettings, readProject } from './project';
import { runApp } from './run-app';

export interface SynthesisRequest {
  /** The command that runs the app, or an existing cloud assembly. @default - "app" of cdk.json */
  readonly app?: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Where the app writes its assembly. Emptied first, so that nothing of an earlier release is left. */
  readonly outputFolder: string;
}

/** Synthesizes the app in the current folder, as `cdk synth` does, and returns the folder of the cloud assembly. */
export async function synthesize(request: SynthesisRequest, terminal: Terminal): Promise<string> {
  const project = readProject('.');
  const app = request.app ?? project.app;
  if (app === undefined) throw noApp();
  const assembly = isAssembly(app) ? resolve(app) : await runInto(app, project, request, terminal);
  checkAssembly(assembly, terminal);
  return assembly;
}

async function runInto(
  app: string,
  project: ProjectSettings,
  { context, outputFolder }: SynthesisRequest,
  terminal: Terminal,
): Promise<string> {
  terminal.say('Synthesizing...');
  rmSync(outputFolder, { recursive: true, force: true });
  mkdirSync(outputFolder, { recursive: true });
  const environment = { outputFolder, context: contextFor(project, context) };
  if (project.build !== undefined) await runApp(project.build, environment, terminal);
  await runApp(app, environment, terminal);
  if (isAssembly(outputFolder)) return outputFolder;
  throw new SandboxError('SYNTH_FAILED', `The app (${app}) succeeded, but wrote no cloud assembly.`, {
    payload: { app },
    hint: 'The app must create an App of aws-cdk-lib, without an outdir of its own.',
  });
}

function isAssembly(folder: string): boolean {
  return existsSync(join(folder, 'manifest.json'));
}

function noApp(): SandboxError {
  return new SandboxError(
    'USAGE',
    'There is no app to deploy: neither --app, nor a cdk.json with an "app" in this folder.',
    {
      hint: 'Run this in the folder of a CDK app, or add the command that runs it: --app "npx tsx bin/app.ts".',
    },
  );
}
