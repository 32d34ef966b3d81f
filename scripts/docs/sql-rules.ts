import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundle } from '../../bundler/build-bundle';
import { hazardRules } from '../../bundler/postgresql/hazards/rules';
import { MigrationError } from '../../core/errors/migration-error';

type Rule = readonly [name: string, facts: (typeof hazardRules)[keyof typeof hazardRules]];

/** The table of docs/sql-rules.md, and of each rule an example with what it says of it. */
export async function sqlRules(): Promise<readonly string[]> {
  const rules: readonly Rule[] = Object.entries(hazardRules);
  const rows = rules.map(
    ([name, { severity, finds, why }]) => `| [\`${name}\`](#${name}) | ${severity} | ${finds} | ${why} |`,
  );
  // Where there is an error, warnings are not told.
  const said = [
    ...(await findings(rules.filter(([, { severity }]) => severity === 'warning'))),
    ...(await findings(rules.filter(([, { severity }]) => severity !== 'warning'))),
  ];
  const examples = rules.flatMap((rule) =>
    section(rule, said.find(({ payload, location }) => payload.rule === rule[0] && location?.file.includes(rule[0]))!),
  );
  return ['| rule | severity | finds | why |', '|---|---|---|---|', ...rows, '', ...examples];
}

function section([name, { example }]: Rule, { hint = '', payload: { rewrite } }: MigrationError): readonly string[] {
  const instead = typeof rewrite === 'string' ? ['Instead:', '', '```sql', rewrite, '```', ''] : [];
  // How to silence it is said once for all of them.
  const advice = hint.replace(/ (Is the table small|Has the table surely no row)\?.*$/, '');
  return [`### ${name}`, '', '```sql', example, '```', '', advice, '', ...instead];
}

/** What the bundler says of the examples of rules: each is a migration of a target of its own. */
async function findings(rules: readonly Rule[]): Promise<readonly MigrationError[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sql-rules-'));
  try {
    for (const [name, { example }] of rules) {
      mkdirSync(join(folder, name));
      const option = /^vacuum/i.test(example) ? ' transaction:false' : '';
      const text = `-- irreversible: true\n-- migrate:up${option}\n${example}\n`;
      writeFileSync(join(folder, name, '1.0.0_example.sql'), text);
    }
    return (await buildBundle({ folder })).warnings;
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return error.errors;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
