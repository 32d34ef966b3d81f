import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readStatement } from '../../../bundler/mysql/statement';
import { cut } from '../../../bundler/mysql/syntax/lexer';
import type { Token } from '../../../bundler/mysql/syntax/tokens';
import { SourceText } from '../../../bundler/source-text';
import { difficultForMysql } from '../../fixtures/sql-corpus/mysql';
import { mysqlClient } from '../../support/mysql-client';
import { sqlCorpus } from '../../support/sql-corpus';

const client = mysqlClient();
afterAll(() => client?.close());

/** White space apart, and without comments, which the client does not send. */
function ours(text: string): readonly string[] {
  const { statements, comments } = cut(new SourceText(text, 'sample.sql'));
  return statements.flatMap(({ text: statement, start, tokens }) => {
    const inside = comments.filter((comment) => comment.start > start && comment.end <= start + statement.length);
    const bare = inside.reduceRight(
      (rest, comment) => rest.slice(0, comment.start - start) + rest.slice(comment.end - start),
      statement,
    );
    // The client reads it, and sends the name of the database by itself.
    return /^use$/i.test(tokens[0]!.text) ? [] : [squeezed(bare)];
  });
}

/** And without the semicolons before a delimiter that is another one. */
function squeezed(statement: string): string {
  return statement.replace(/\s+/g, '').replace(/;+$/, '');
}

(client ? describe : describe.skip)('the mysql client', () => {
  const theirs = (text: string) => client!.statements(text).map(squeezed).filter(Boolean);

  // MYSQL_CORPUS names a folder with more of them.
  const corpus = sqlCorpus(['/usr/share/mysql', '/usr/share/mariadb'], 'MYSQL_CORPUS');

  it('cuts the files that are installed with the server as we do', () => {
    const texts = [...corpus].filter(([, text]) => hasDelimiters(text));
    const different = texts.filter(([, text]) => ours(text).join('\n') !== theirs(text).join('\n'));
    expect(different.map(([path]) => path)).toEqual([]);
    const count = texts.reduce((sum, [, text]) => sum + ours(text).length, 0);
    expect({ count, isEnough: count > 100 || corpus.size === 0 }).toMatchObject({ isEnough: true });
  });

  it('cuts what is difficult as we do', () => {
    const different = difficultForMysql.filter((text) => ours(text).join('\n') !== theirs(text).join('\n'));
    expect(different).toEqual([]);
  });

  it('would cut their stored programs as we do, if it needed no DELIMITER', () => {
    for (const [path, text] of corpus) {
      const all = cut(new SourceText(text, path)).statements;
      // A forgotten DELIMITER makes one of several; MariaDB also has BEGIN NOT ATOMIC.
      const isProgram = (tokens: readonly Token[]) => readStatement(tokens).type === 'stored-program';
      const isOne = (tokens: readonly Token[]) => isProgram(tokens) || tokens.every((token) => token.text !== ';');
      const statements = all.filter(({ tokens }) => isOne(tokens)).map((statement) => statement.text);
      const plain = statements.map((statement) => `${statement}\n;\n`).join('');
      expect(cut(new SourceText(plain, path)).statements.map((statement) => statement.text)).toEqual(statements);
    }
  });

  it('cuts what is made of the difficult parts as we do', () => {
    // No optimizer hints: MariaDB's client takes them for comments, MySQL's does not.
    const part = fc.constantFrom(
      ...[
        'select 1',
        " 'it''s ;'",
        ' "a;\\"b"',
        ' `x;``y\\`',
        " '\\\\'",
        '1--1',
        '\\N',
        ' é',
        ' := ',
        ' @a',
        ' $$',
        ' /',
      ],
      ...[
        " -- c ; 'd\n",
        ' # e; "\n',
        " /* f; ' */",
        ' /**/',
        ' /*! 1 */ ',
        '\n--h;\n',
        ' --i;\n',
        '\n',
        ' *',
        '*/* j; */',
      ],
      ...[';', ';;', ' ;\n', '//', '\nDELIMITER //\n', '\ndelimiter ;\n', '\n  Delimiter $$ x\n', '\n-- DELIMITER $\n'],
    );
    const text = fc.array(part, { minLength: 10, maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (sample) => {
        expect(ours(sample)).toEqual(theirs(sample));
      }),
      // The same ones each time: a client has slips of its own, such as what it makes of */ before /*.
      { numRuns: 40, seed: 1 },
    );
  });
});

/** A stored program without DELIMITER is one statement to us, and several to the client. */
function hasDelimiters(text: string): boolean {
  return /^\s*delimiter\b/im.test(text) || !/\bcreate\b.*\b(procedure|function|trigger|event)\b/i.test(text);
}
