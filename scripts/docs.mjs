// Writes what the documentation has from the code: the table of the sandbox's assumptions, between its markers in README.md.
// With --check it writes nothing and fails when the table is not what the code says.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ASSUMPTIONS_OF_SERVICES } from '../packages/sandbox/src/assumptions.ts';
import { cloudFormationAssumptions } from '../packages/sandbox/src/cloudformation/assumptions.ts';

const page = fileURLToPath(new URL('../packages/sandbox/README.md', import.meta.url));
const [begin, end] = ['<!-- assumptions: npm run docs -->', '<!-- end of assumptions -->'];

const ofCloudFormation = Object.entries(cloudFormationAssumptions).map(([name, { values, about }]) =>
  row(name, values[0], values, about),
);
const ofServices = ASSUMPTIONS_OF_SERVICES.map((assumption) =>
  row(assumption.name, assumption.default, assumption.values, assumption.sentence),
);

const written = readFileSync(page, 'utf8');
const generated = replaceBetween(written, [
  '| CloudFormation | default | or | the default means |',
  '|---|---|---|---|',
  ...ofCloudFormation,
  '',
  '| services | default | or | |',
  '|---|---|---|---|',
  ...ofServices,
]);

if (!process.argv.includes('--check')) {
  writeFileSync(page, generated);
} else if (written !== generated) {
  console.error('The assumptions in packages/sandbox/README.md are not those of the code. Run `npm run docs`.');
  process.exitCode = 1;
}

function row(name, chosen, values, sentence) {
  const others = values
    .filter((value) => value !== chosen)
    .map((value) => (value === '<number>' ? 'a number' : `\`${value}\``));
  return `| \`${name}\` | \`${chosen}\` | ${others.join(', ')} | ${sentence.replaceAll('|', '\\|')} |`;
}

function replaceBetween(text, lines) {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`packages/sandbox/README.md must have the lines ${begin} and ${end}.`);
  return `${text.slice(0, from + begin.length)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`;
}
