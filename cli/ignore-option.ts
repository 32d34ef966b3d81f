import { type Command, InvalidArgumentError } from 'commander';
import { isPattern } from '../core/schema/ignore';

export interface IgnoreOptions {
  readonly ignore?: readonly string[];
}

export function withIgnore(command: Command): Command {
  return command.option(
    '--ignore <object>',
    "leave this out, besides what the target ignores: 'table audit.*', 'extension pg_stat_statements'; may be repeated",
    collectPatterns,
  );
}

function collectPatterns(text: string, previous: readonly string[] = []): readonly string[] {
  if (isPattern(text)) return [...previous, text];
  throw new InvalidArgumentError("Write the kind of the object and its name, as they are shown: 'table audit.*'.");
}
