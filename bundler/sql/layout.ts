import { describe, type ErrorLocation, MigrationError } from '../../core/errors/index';
import { didYouMean } from '../../core/errors/near-names';
import type { ReportError } from '../report';
import { SourceText } from '../source-text';

const sectionNames = ['up', 'down', 'contract', 'verify'] as const;
export type SectionName = (typeof sectionNames)[number];

export interface Section {
  /** False for `transaction:false`: each statement on its own. */
  readonly transaction: boolean;
  readonly body: SourceText;
  /** Where its marker is. */
  readonly location: ErrorLocation;
}

export interface HeaderLine {
  readonly text: string;
  readonly line: number;
}

export interface SqlLayout {
  /** The comment lines above the first section. */
  readonly headers: readonly HeaderLine[];
  readonly sections: ReadonlyMap<SectionName, Section>;
}

/** Exactly what dbmate accepts: at the start of the line, in lower case, no space around the colon. */
const marker = /^--\s*migrate:(\S*)(.*)$/;
/** What looks like a marker, but would be an ordinary comment to dbmate. */
const nearMarker = /^\s*--+\s*migrate\s*:\s*(up|down|contract|verify)\b/i;
const misplacedHeader = /^--\s*(depends-on|irreversible|dialect)\s*:/;

/**
 * Cuts a SQL migration file into header lines and sections, by dbmate's markers and ours. It does not parse SQL: a marker
 * inside a string or a function body counts too, as it does for dbmate.
 */
export function readLayout(source: string, file: string, report: ReportError): SqlLayout {
  const lines = source
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split('\n');
  const markers = lines.flatMap((text, index) => (marker.test(text) ? [index] : []));
  const first = markers[0] ?? lines.length;
  const head = lines.slice(0, first);
  if (markers.length === 0) report(missingSection(file));
  else checkHead(head, file, report);
  lines.forEach((text, index) => {
    checkComment(text, { file, line: index + 1, column: 1 }, index < first, report);
  });
  const sections = new Map<SectionName, Section>();
  markers.forEach((start, number) => {
    const body = lines.slice(start + 1, markers[number + 1] ?? lines.length).join('\n');
    addSection(sections, lines[start]!, new SourceText(body, file, start + 2), report);
  });
  return { headers: head.map((text, index) => ({ text, line: index + 1 })), sections };
}

/** Reports the first line above the first section that is neither blank nor a comment. */
function checkHead(head: readonly string[], file: string, report: ReportError): void {
  const index = head.findIndex((text) => !/^\s*(--|$)/.test(text));
  if (index < 0) return;
  const location = { file, line: index + 1, column: head[index]!.search(/\S/) + 1 };
  const message = 'There is SQL above the first section, which would never run.';
  const hint = 'Put it below -- migrate:up. Above the first section only blank lines and -- comments are allowed.';
  report(new MigrationError('SQL_BEFORE_SECTION', message, { hint, location }));
}

function checkComment(text: string, location: ErrorLocation, isHead: boolean, report: ReportError): void {
  if (marker.test(text)) return;
  if (nearMarker.test(text)) {
    const what = 'Misspelt section marker';
    const hint = 'Write it at the start of the line, in lower case, without spaces around the colon: -- migrate:up.';
    report(new MigrationError('UNKNOWN_SECTION', describe({ what, seen: text.trim() }), { hint, location }));
  } else if (!isHead && misplacedHeader.test(text)) {
    const hint = 'Move it above the first -- migrate: line.';
    const what = 'A header below the first section has no effect:';
    report(new MigrationError('MISPLACED_HEADER', describe({ what, seen: text.trim() }), { hint, location }));
  }
}

function addSection(sections: Map<SectionName, Section>, line: string, body: SourceText, report: ReportError): void {
  const [, name = '', options = ''] = marker.exec(line)!;
  const at = (part: string) => ({ file: body.file, line: body.firstLine - 1, column: line.indexOf(part) + 1 });
  const location = at('--');
  if (!isSectionName(name)) {
    report(unknownSection(name, at('migrate:')));
  } else if (sections.has(name)) {
    const first = sections.get(name)!.location.line;
    const message = `Duplicate section ${name}; the first is in line ${first}.`;
    report(new MigrationError('DUPLICATE_SECTION', message, { hint: 'Merge the two.', location }));
  } else {
    const words = options.split(/\s+/).filter((word) => word !== '');
    const transaction = words.map((word) => readOption(name, word, at(word), report)).every(Boolean);
    sections.set(name, { transaction, body, location });
  }
}

/** Whether the section stays in a transaction. */
function readOption(section: SectionName, option: string, location: ErrorLocation, report: ReportError): boolean {
  const allowed = section === 'verify' ? 'none' : ['transaction:true', 'transaction:false'];
  if (!allowed.includes(option)) {
    report(
      new MigrationError(
        'UNKNOWN_OPTION',
        describe({ what: `Unknown option of section ${section}`, seen: option, allowed }),
        {
          hint: 'Correct or remove it.',
          location,
        },
      ),
    );
  }
  return option !== 'transaction:false';
}

function isSectionName(name: string): name is SectionName {
  return (sectionNames as readonly string[]).includes(name);
}

function unknownSection(name: string, location: ErrorLocation): MigrationError {
  return new MigrationError(
    'UNKNOWN_SECTION',
    describe({
      what: 'Unknown section',
      seen: `migrate:${name}`,
      allowed: sectionNames.map((known) => `migrate:${known}`),
    }),
    { hint: didYouMean(name, sectionNames) ?? 'Correct the marker, or reword the comment.', location },
  );
}

function missingSection(file: string): MigrationError {
  return new MigrationError('MISSING_SECTION', 'The file has no section.', {
    hint: 'Put the line -- migrate:up above the statements, and -- migrate:down above those that undo them.',
    location: { file, line: 1, column: 1 },
  });
}
