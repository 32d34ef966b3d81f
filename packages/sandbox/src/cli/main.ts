import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root';
import type { ExitCode } from './exit-codes';
import { runCommandLine } from './program';
import { reportError } from './report-error';

/** The program `cfn-sandbox`. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  try {
    return await runCommandLine(args, {
      name: 'cfn-sandbox',
      description: 'A local AWS in a folder, for any CDK app or cloud assembly.',
      version: packageVersion(),
    });
  } catch (error) {
    const verbose = args.includes('--verbose') || Boolean(process.env['DEBUG']);
    return reportError(error, { json: args.includes('--json'), verbose });
  }
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}
