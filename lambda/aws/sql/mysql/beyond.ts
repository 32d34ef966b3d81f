import { tokensOf } from './tokens';

/** What a statement reaches beyond its database by how it begins, in words; the first that fits counts. Tokens have one space between. */
const statements: readonly (readonly [beginning: string, what: string])[] = [
  ['(create|alter|drop|rename) (or replace )?(user|role)\\b', 'a user of the whole server'],
  ['(grant|revoke)\\b|set (default )?(role|password)\\b', 'rights of users of the whole server'],
  ['(create|alter|drop) (or replace )?(database|schema)\\b|use\\b', 'a database'],
  ['set\\b.*\\b(global|persist|persist_only)\\b', 'the settings of the whole server'],
  ['(flush|kill|reset|purge|change|shutdown|install|uninstall|restart) ', 'the whole server'],
  ['(create|alter|drop) (or replace )?(server|tablespace|logfile)\\b', 'another server, or files of this one'],
];

const qualified = '\\S+ \\. \\S+';

/** The same by what it does, wherever that is said. */
const actions: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\binto (outfile|dumpfile|s3)\b|\blambda_a?sync\b/, 'what is outside of the server'],
  [
    new RegExp(
      `\\b(insert|replace) (\\w+ )*into ${qualified}|\\b(update|truncate|truncate table|references|join) ${qualified}` +
        `|\\bdelete (\\w+ )*from ${qualified}|\\brename table ${qualified}` +
        `|\\b(create|alter|drop) (\\w+ )*(table|view|trigger|procedure|function|event) (if (not )?exists )?${qualified}` +
        `|\\b(create|drop) (\\w+ )*index \\S+ (using \\w+ )?on ${qualified}`,
    ),
    'a table that it names with a database',
  ],
];

/**
 * Found in the words of the statement. In a body it may be anywhere: what a routine does is not known before it runs. So of a
 * harmless statement this rather says that it reaches beyond than the other way round.
 *
 * @param live the name of the live database
 */
export function reachesBeyond(statement: string, live: string): string | undefined {
  const tokens = tokensOf(statement);
  const namesLive = tokens.some(({ kind, text, raw }, index) => {
    return tokens[index + 1]?.text === '.' && (kind === 'name' ? text : raw) === live;
  });
  if (namesLive) return `the live database, which it names`;
  // What is prepared, and what a program has in it, may be a statement.
  const runsTexts = tokens.some(({ kind, text }) => kind === 'word' && ['PREPARE', 'IMMEDIATE'].includes(text));
  const words = tokens.map(({ kind, text }) => (kind === 'string' && !runsTexts ? "''" : text.toLowerCase())).join(' ');
  const isProgram = runsTexts || /^(create|alter) (.* )?(procedure|function|trigger|event)\b/.test(words);
  const begins = (beginning: string) => new RegExp(`${isProgram ? '\\b' : '^'}(${beginning})`).test(words);
  const found = statements.find(([beginning]) => begins(beginning)) ?? actions.find(([pattern]) => pattern.test(words));
  return found?.[1];
}
