import { type ErrorLocation, MigrationError } from './migration-error';

/** One error that reports several, each on its own lines with its location. Throw it even for a single one. */
export function aggregateErrors(errors: readonly MigrationError[], subject: string): MigrationError {
  const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`;
  const lines = errors.map((error) => indent(oneLine(error)));
  return new MigrationError('INVALID_MIGRATIONS', `${count} in ${subject}:\n${lines.join('\n')}`, { errors });
}

/** The single errors behind an error: those it reports together, or itself. */
export function flattenErrors(error: MigrationError): readonly MigrationError[] {
  return error.errors.length === 0 ? [error] : error.errors.flatMap(flattenErrors);
}

/** Returns the text of a file for its snippet, or undefined when it is not at hand. */
export type SourceOf = (file: string) => string | undefined;

/**
 * Renders any error for people: code, location, message, the line in question with a caret, and what to do.
 * @param source the text of the file in `location`, or a function that finds it; without it there is no snippet
 */
export function renderError(error: unknown, source?: string | SourceOf): string {
  if (!(error instanceof MigrationError)) return error instanceof Error ? error.message : String(error);
  if (error.errors.length > 0) return error.errors.map((single) => renderError(single, source)).join('\n\n');
  const { location } = error;
  // Without a line there is nothing to show; then the file may as well be a folder.
  const find = () => (typeof source === 'function' ? source(location!.file) : source);
  const text = location?.line === undefined ? undefined : find();
  return [
    `${error.code}: ${error.message}`,
    ...(location ? [`  at ${formatLocation(location)}`] : []),
    ...(location && text !== undefined ? snippet(text, location) : []),
    ...(error.hint ? [`  hint: ${error.hint}`] : []),
    ...instead(error),
  ].join('\n');
}

/** What to write instead, where the error knows it. */
function instead({ payload }: MigrationError): readonly string[] {
  if (typeof payload.rewrite !== 'string') return [];
  return ['  instead:', payload.rewrite.replace(/^/gm, '    ')];
}

/** `file:line:column`, as terminals and editors make clickable; less when less is known. */
export function formatLocation({ file, line, column }: ErrorLocation): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

function oneLine(error: MigrationError): string {
  const location = error.location ? `${formatLocation(error.location)} ` : '';
  return `${location}${error.code}: ${error.message}${error.hint ? ` ${error.hint}` : ''}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

const widestSnippet = 160;

/** Two lines: the source line, and a caret below the column. Long lines are cut around the column. */
function snippet(source: string, { line, column = 1 }: ErrorLocation): readonly string[] {
  if (line === undefined) return [];
  const text = source.split(/\r?\n/)[line - 1];
  if (text === undefined) return [];
  const start = column > widestSnippet ? column - widestSnippet / 2 : 0;
  const shown = text.slice(start, start + widestSnippet);
  // Tabs stay tabs below the text, so that the caret is under its column whatever their width.
  const padding = shown.slice(0, column - 1 - start).replace(/[^\t]/g, ' ');
  const gutter = String(line);
  return [`  ${gutter} | ${shown}`, `  ${' '.repeat(gutter.length)} | ${padding}^`];
}
