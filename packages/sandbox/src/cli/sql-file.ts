import { readFileSync } from 'node:fs';
import { SandboxError } from '../sandbox-error';
import { splitStatements } from '../services/rds-data/named-parameters';

/** A statement of a file. */
export interface FileStatement {
  readonly sql: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/** Each statement is a call of its own, so a transaction over several of them is not what its author wants it to be. */
const transactionControl = /^(begin|start\s+transaction|commit|end|rollback|savepoint|release)\b/i;

/** The statements of a SQL file; `-` is what comes in on stdin. */
export function readStatements(file: string): readonly FileStatement[] {
  const text = readText(file);
  const statements = splitStatements(text).map(({ sql, at }) => ({ sql, line: text.slice(0, at).split('\n').length }));
  const control = statements.find(({ sql }) => transactionControl.test(sql));
  if (control) {
    throw new SandboxError(
      'USAGE',
      `${file}:${control.line}: "${control.sql}" has no effect on the other statements.`,
      {
        hint: 'Leave it out: each statement of the file is committed by itself. Or make the file one DO block.',
      },
    );
  }
  return statements;
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxError('USAGE', `The file ${file} cannot be read: ${reason}`, { cause, hint: 'Correct the path.' });
  }
}
