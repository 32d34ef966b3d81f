import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../package-root';

/** The built program of an execution environment. Node runs it as it is, without a loader for TypeScript. */
export function bootstrapFile(): string {
  const file = join(packageRoot(), 'dist/services/lambda/bootstrap.js');
  if (existsSync(file)) return file;
  throw new Error(`The Lambda runtime of the sandbox is not built: ${file} is missing. Run 'npm run build' first.`);
}

/** The scopes of the AWS SDK as [name, folder], from our own dependencies: Lambda's Node runtimes have the SDK too. */
export function sdkScopes(): readonly (readonly [string, string])[] {
  const fromHere = createRequire(join(packageRoot(), 'package.json'));
  const client = dirname(fromHere.resolve('@aws-sdk/client-ssm/package.json'));
  const scope = dirname(client);
  const smithy = join(dirname(scope), '@smithy');
  return [['@aws-sdk', scope] as const, ['@smithy', smithy] as const].filter(([, folder]) => existsSync(folder));
}
