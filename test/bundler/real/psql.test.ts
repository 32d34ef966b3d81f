import { describe, expect, it } from '@jest/globals';
import { loadPostgresParser } from '../../../bundler/postgresql/parser';
import { SourceText } from '../../../bundler/source-text';
import { difficultForPostgresql } from '../../fixtures/sql-corpus/postgresql';
import { psqlIsInstalled, statementsOfPsql } from '../../support/psql';
import { postgresUrlIfReachableNow } from '../../support/real-postgres';
import { sqlCorpus } from '../../support/sql-corpus';

const url = psqlIsInstalled() ? postgresUrlIfReachableNow() : undefined;

/** Where Debian and others install the files of a server. */
const folders = [14, 15, 16, 17, 18].map((version) => `/usr/share/postgresql/${version}`);

(url ? describe : describe.skip)('psql', () => {
  it('cuts the files that are installed with the server as we do', async () => {
    const parser = await loadPostgresParser();
    // POSTGRESQL_CORPUS names a folder with more of them.
    const texts = [...sqlCorpus(folders, 'POSTGRESQL_CORPUS').values()].map(withoutPlaceholders);
    const text = texts.filter((sample) => !sample.includes('@extowner@')).join('\n;\n');
    const ours = parser.parse(new SourceText(text, 'sample.sql')).map((statement) => squeezed(statement.text));
    const theirs = statementsOfPsql(url!, text).map(withoutHead).map(squeezed).filter(Boolean);
    const different = ours.findIndex((statement, index) => statement !== theirs[index]);
    expect([different, ours[different], ours.length]).toEqual([-1, undefined, theirs.length]);
    expect({ count: ours.length, isEnough: ours.length > 1000 || texts.length === 0 }).toMatchObject({
      isEnough: true,
    });
  });

  it('cuts what is difficult as we do', async () => {
    const parser = await loadPostgresParser();
    const text = difficultForPostgresql.join('\n;\n');
    const ours = parser.parse(new SourceText(text, 'sample.sql')).map((statement) => squeezed(statement.text));
    expect(ours).toEqual(statementsOfPsql(url!, text).map(withoutHead).map(squeezed).filter(Boolean));
  });
});

/** Comments may be nested once. */
const head = /^(\s|--[^\n]*(\n|$)|\/\*(\/\*([^*]|\*(?!\/))*\*\/|[^*]|\*(?!\/))*?\*\/)+/;

/** What CREATE EXTENSION puts in, and commands for psql. */
function withoutPlaceholders(text: string): string {
  return text.replaceAll('@extschema@', 'public').replace(/^\\.*$/gm, '');
}

/** psql sends the comments before a statement, and its semicolon. */
function withoutHead(statement: string): string {
  return statement.replace(head, '').replace(/\s*;?\s*$/, '');
}

/** psql leaves out blank lines. */
function squeezed(statement: string): string {
  return statement.replace(/\s+/g, '');
}
