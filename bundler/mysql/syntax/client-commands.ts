import { type ErrorLocation, MigrationError } from '../../../core/errors/index';
import type { Token } from './tokens';

/** What the `mysql` client does itself: a deployment has no client. No SQL statement begins with one of these words. */
const commands =
  /^(charset|clear|connect|edit|ego|exit|go|help|nopager|notee|nowarning|pager|print|prompt|query_attributes|quit|rehash|resetconnection|source|status|system|tee|warnings)$/i;

const hints: Readonly<Record<string, string>> = {
  '\\G': 'End the statement with ; instead.',
  '\\g': 'End the statement with ; instead.',
  source: 'Write the statements of that file here, or make it a migration of its own.',
  '\\.': 'Write the statements of that file here, or make it a migration of its own.',
  delimiter: 'Write DELIMITER at the beginning of a line, after the end of a statement.',
};

/** Refuses a statement that begins with a command for the client. @throws MigrationError `CLIENT_COMMAND` */
export function refuseCommandWord({ kind, text }: Token, location: ErrorLocation): void {
  if (kind === 'word' && (commands.test(text) || /^delimiter$/i.test(text))) throw clientCommand(text, location);
}

/** @param command as it is written, such as `source` or `\G` */
export function clientCommand(command: string, location: ErrorLocation): MigrationError {
  const message = `${command} is a command for the mysql client, and a deployment has none.`;
  return new MigrationError('CLIENT_COMMAND', message, {
    payload: { command },
    hint: hints[command] ?? hints[command.toLowerCase()] ?? 'Remove it; a backslash belongs into a string.',
    location,
  });
}
