import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundle } from '../../bundler/build-bundle';
import { hazardRules } from '../../bundler/postgresql/hazards/rules';
import { MigrationError } from '../../core/errors/migration-error';

/** The table of docs/sql-rules.md, and of each rule an example with what it says of it. */
export async function sqlRules(): Promise<readonly string[]> {
  const rules = Object.entries(hazardRules);
  const rows = rules.map(
    ([name, { severity, finds, why }]) => `| [\`${name}\`](#${name}) | ${severity} | ${finds} | ${why} |`,
  );
  const examples: string[] = [];
  for (const [name, { example }] of rules) examples.push(...section(name, example, await finding(name, example)));
  return ['| rule | severity | finds | why |', '|---|---|---|---|', ...rows, '', ...examples];
}

function section(name: string, example: string, { hint = '', payload: { rewrite } }: MigrationError): string[] {
  const instead = typeof rewrite === 'string' ? ['Instead:', '', '```sql', rewrite, '```', ''] : [];
  // How to silence it is said once for all of them.
  const advice = hint.replace(/ (Is the table small|Has the table surely no row)\?.*$/, '');
  return [`### ${name}`, '', '```sql', example, '```', '', advice, '', ...instead];
}

/** What the bundler says of an example. */
async function finding(rule: string, example: string): Promise<MigrationError> {
  const folder = mkdtempSync(join(tmpdir(), 'sql-rules-'));
  try {
    mkdirSync(join(folder, 'users'));
    const option = /^vacuum/i.test(example) ? ' transaction:false' : '';
    writeFileSync(
      join(folder, 'users/1.0.0_example.sql'),
      `-- irreversible: true\n-- migrate:up${option}\n${example}\n`,
    );
    return (await said(folder)).find(({ payload }) => payload.rule === rule)!;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function said(folder: string): Promise<readonly MigrationError[]> {
  try {
    return (await buildBundle({ folder })).warnings;
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return error.errors;
  }
}
