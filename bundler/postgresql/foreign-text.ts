import { type ErrorLocation, MigrationError } from '../../core/errors/index';

/** What is said of a COPY FROM STDIN, whose rows may follow it. */
export const copyFromStdin = {
  message: 'COPY FROM STDIN needs a stream, which the RDS Data API does not have.',
  hint: 'Write the rows as INSERT ... VALUES (pg_dump --rows-per-insert=100 does), or import them with aws_s3.table_import_from_s3().',
} as const;

/** The ends of what may be a COPY FROM STDIN; its options may have semicolons in strings. */
export function copyEnds(text: string): readonly number[] {
  const found = text.matchAll(/\bfrom\s+stdin\b(?:'(?:[^']|'')*'|"[^"]*"|[^;'"])*;/gi);
  return Array.from(found, (match) => match.index + match[0].length);
}

/** The command for psql at a place where PostgreSQL's grammar found a mistake; undefined when there is none. */
export function psqlCommand(text: string, index: number, location: ErrorLocation): MigrationError | undefined {
  const [command, name] = /^\\([^\s\\;]*)/.exec(text.slice(index)) ?? [];
  if (command === undefined || name === undefined) return undefined;
  return new MigrationError('CLIENT_COMMAND', `${command} is a command for psql, and a deployment has none.`, {
    payload: { command },
    hint: hints.find(([pattern]) => pattern.test(name))?.[1] ?? 'Remove it, or write the SQL that is meant.',
    location,
  });
}

const hints: readonly (readonly [name: RegExp, hint: string])[] = [
  [/^(i|ir|include|include_relative)$/, 'Write the statements of that file here, or make it a migration of its own.'],
  [/^(g|gx|gdesc|gset|gexec|watch|crosstabview)$/, 'End the statement with ; instead.'],
  [/^copy$/, 'Write the rows as INSERT ... VALUES, or import them with aws_s3.table_import_from_s3().'],
  [/^(c|connect)$/, 'Remove it: a migration runs in the database of its target.'],
  [/^\.$/, 'It ends rows for a COPY FROM STDIN: write them as INSERT ... VALUES.'],
];

/** What to do about a mistake of syntax: it may be no mistake to somebody else. */
export function syntaxHint(text: string, index: number): string {
  const rest = text.slice(index);
  if (/^(`|delimiter\b)/i.test(rest)) {
    return 'Is it for MySQL? Then write -- dialect: mysql above the first section, or say in the app or in migrations.config what the target is.';
  }
  if (/^:['"{]/.test(rest)) return 'A variable of psql has no value in a deployment: write the value itself.';
  return 'The mistake is here or shortly before.';
}
