import { tokensOf } from './tokens';

const qualified = '\\S+ \\. \\S+';

/** What of a statement reaches beyond its database, in words; the first that fits counts. Between tokens is one space. */
const reaches: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\b(create|alter|drop|rename) (or replace )?(user|role)\b/, 'a user of the whole server'],
  [/\b(grant|revoke)\b|\bset (default )?(role|password)\b/, 'rights of users of the whole server'],
  [/\b(create|alter|drop) (or replace )?(database|schema)\b|^use\b/, 'a database'],
  [/\bset (@@)?(global|persist|persist_only)\b|@@(global|persist)\b/, 'the settings of the whole server'],
  [/^(flush|kill|reset|purge|change|start|stop|shutdown|install|uninstall|restart)\b/, 'the whole server'],
  [/\b(create|alter|drop) (or replace )?(server|tablespace|logfile)\b/, 'another server, or files of this one'],
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
 * Found in the words of the statement, also in the bodies of its routines: what a routine does is not known before it runs. So it
 * rather says of a harmless statement that it reaches beyond than the other way round.
 *
 * @param live the name of the live database
 */
export function reachesBeyond(statement: string, live: string): string | undefined {
  const tokens = tokensOf(statement);
  const namesLive = tokens.some(({ kind, text, raw }, index) => {
    return tokens[index + 1]?.text === '.' && (kind === 'name' ? text : raw) === live;
  });
  if (namesLive) return `the live database, which it names`;
  const runsTexts = tokens.some(({ kind, text }) => kind === 'word' && ['PREPARE', 'IMMEDIATE'].includes(text));
  const words = tokens.map(({ kind, text }) => (kind === 'string' && !runsTexts ? "''" : text.toLowerCase())).join(' ');
  return reaches.find(([pattern]) => pattern.test(words))?.[1];
}
