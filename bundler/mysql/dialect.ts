import type { SqlDialect } from '../sql/dialect';
import { type ReadStatement, secondStatement, severalStatements, unreadPart } from './read-statement';
import { reviewSql } from './review';
import { checkStatement, checkVerify } from './rules';
import { readStatement } from './statement';
import { cut, dashComments } from './syntax/lexer';

/** The SQL of MySQL 8.0, cut as the `mysql` client does, and read as far as the rules need it (ADR 8). */
export const mysqlDialect: SqlDialect = {
  databaseKind: 'aurora-mysql',
  read(source, { verify }, report, warn) {
    const statements = cut(source).statements.map(
      (statement): ReadStatement => ({ ...statement, content: readStatement(statement.tokens) }),
    );
    for (const statement of statements) {
      checkStatement(statement).forEach(report);
      if (verify) checkVerify(statement).forEach(report);
      const second = secondStatement(statement);
      if (second) report(severalStatements(source.locate(second.start)));
      const unread = unreadPart(statement);
      if (unread) warn(unread);
    }
    return statements;
  },
  comments: (source) => dashComments(cut(source)),
  // MySQL refuses a name that is too long rather than cutting it.
  checkNames: () => undefined,
  review: (drafts, _target, report, warn) => reviewSql(drafts, report, warn),
};
