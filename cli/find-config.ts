import { existsSync } from 'node:fs';
import { MigrationError } from '../core/errors/index';

const names = ['migrations.config.ts', 'migrations.config.mjs', 'migrations.config.json'];

/** The configuration file of the working directory, if there is one. @throws MigrationError `INVALID_CONFIG` for several */
export function findConfig(): string | undefined {
  const found = names.filter((name) => existsSync(name));
  if (found.length < 2) return found[0];
  throw new MigrationError('INVALID_CONFIG', `There are several configuration files: ${found.join(', ')}.`, {
    hint: 'Delete all but one, or name one with --config.',
    location: { file: found[0]! },
  });
}
