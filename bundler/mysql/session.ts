import { MigrationError } from '../../core/errors/index';
import type { MysqlStatement } from './syntax/lexer';
import { Reader } from './syntax/reader';
import { upper } from './syntax/tokens';

interface Text {
  readonly message: string;
  readonly hint: string;
}

/** The engine's own tables, in the database of the migrations. */
const reserved = /^cdk_migrations_/i;

/**
 * What a migration cannot do through the RDS Data API, whose sessions are pooled (aws-facts RDS-20): a statement may run
 * in another session than the one before it.
 */
export function checkSession({ tokens, location }: MysqlStatement): readonly MigrationError[] {
  const setting = settingMessage(new Reader(tokens));
  const unsupported = setting ? undefined : unsupportedMessage(new Reader(tokens));
  const names = tokens.find(({ kind, text }) => kind !== 'string' && reserved.test(text.replace(/^`/, '')));
  const errors = [
    setting && new MigrationError('SESSION_SETTING', setting.message, { hint: setting.hint, location }),
    unsupported &&
      new MigrationError('UNSUPPORTED_STATEMENT', unsupported.message, { hint: unsupported.hint, location }),
    names &&
      new MigrationError(
        'RESERVED_SCHEMA',
        `The statement names ${names.text}, a table in which the engine keeps what it has applied.`,
        { hint: 'Leave it to the engine; give your own another name.', location },
      ),
  ];
  return errors.filter((error) => error !== undefined);
}

const lost = 'does not reach the next statement, which may run in another session.';

function settingMessage(reader: Reader): Text | undefined {
  if (reader.accept('USE')) {
    const hint = 'Remove it: each statement runs in the database of the target. Write database.table for another one.';
    return { message: `USE ${reader.name()} ${lost}`, hint };
  }
  if (reader.accept('SET')) return setMessage(reader);
  const variable = variableOfSelect(reader);
  if (variable === undefined) return undefined;
  const hint = 'Use a subquery, or put the statements into a procedure that the migration calls and drops.';
  return { message: `The variable ${variable} ${lost}`, hint };
}

/** What SET changes for good: passwords and default roles are no settings. */
function setMessage(reader: Reader): Text | undefined {
  const first = reader.peek();
  if (first === 'PASSWORD' || (first === 'DEFAULT' && reader.peek(1) === 'ROLE')) return undefined;
  if (/^(@@)?(GLOBAL|PERSIST|PERSIST_ONLY)$/.test(first)) {
    const hint = 'Set it in the DB cluster parameter group.';
    return { message: `SET ${first} changes the whole server, and not with the migration.`, hint };
  }
  if (/^@[^@]/.test(first)) {
    const hint = 'Use a subquery, or put the statements into a procedure that the migration calls and drops.';
    return { message: `The variable ${first.toLowerCase()} ${lost}`, hint };
  }
  const name = ['NAMES', 'CHARACTER', 'CHARSET', 'TRANSACTION', 'ROLE'].includes(first)
    ? first
    : reader
        .peek(/^(SESSION|LOCAL)$/.test(first) ? 1 : 0)
        .replace(/^@@/, '')
        .toLowerCase();
  return { message: `SET ${name} ${lost}`, hint: settingHints[name] ?? 'Remove it.' };
}

const settingHints: Readonly<Record<string, string>> = {
  NAMES: 'Remove it: the RDS Data API sends UTF-8.',
  foreign_key_checks: 'Remove it, and create and drop tables in an order that their foreign keys allow.',
  unique_checks: 'Remove it.',
  sql_mode:
    'Remove it, and write what is valid in the mode of the server; stored programs keep the one they are made in.',
};

/** SELECT ... INTO @x, and @x := 1 that a later statement would read. */
function variableOfSelect(reader: Reader): string | undefined {
  if (reader.peek() !== 'SELECT') return undefined;
  const words = reader.rest();
  const into = words.findIndex((token) => upper(token) === 'INTO');
  const target = into < 0 ? undefined : words[into + 1]?.text;
  return target?.startsWith('@') ? target : undefined;
}

function unsupportedMessage(reader: Reader): Text | undefined {
  const first = reader.peek();
  const second = reader.peek(1);
  if (first === 'LOCK' || first === 'UNLOCK') {
    return {
      message: `${first} TABLES needs a session that lasts, which the RDS Data API does not have.`,
      hint: 'Remove it.',
    };
  }
  if (first === 'FLUSH' && / WITH READ LOCK| FOR EXPORT/i.test(` ${reader.rest().map(upper).join(' ')}`)) {
    return { message: 'FLUSH ... WITH READ LOCK needs a session that lasts.', hint: 'Remove it.' };
  }
  if (/^(PREPARE|EXECUTE|DEALLOCATE)$/.test(first) || (first === 'DROP' && second === 'PREPARE')) {
    return {
      message: `${first} needs a session that lasts, which the RDS Data API does not have.`,
      hint: 'Put it into a procedure that the migration creates, calls and drops; or write the statement as it is.',
    };
  }
  if (/^(CREATE|DROP)$/.test(first) && second === 'TEMPORARY') {
    return {
      message: 'A temporary table is gone with its session, which may end before the next statement.',
      hint: 'Create an ordinary table, and drop it when you have done; or use a WITH query.',
    };
  }
  if (first === 'HANDLER') return { message: 'HANDLER needs a session that lasts.', hint: 'Write a SELECT.' };
  if (
    first === 'LOAD' &&
    /^LOAD (DATA|XML) (LOW_PRIORITY |CONCURRENT )?LOCAL\b/.test(reader.rest().map(upper).join(' '))
  ) {
    return {
      message: 'LOAD DATA LOCAL reads a file of the client, and a deployment has none.',
      hint: 'Write the rows as INSERT ... VALUES, or load them with LOAD DATA FROM S3.',
    };
  }
  return undefined;
}
