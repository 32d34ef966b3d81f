import { ASSUMPTIONS_OF_SERVICES } from '../../packages/sandbox/src/assumptions';
import { cloudFormationAssumptions } from '../../packages/sandbox/src/cloudformation/assumptions';

/** The tables of what the sandbox assumes about AWS: of CloudFormation, and of the services. */
export function assumptions(): readonly string[] {
  const ofCloudFormation = Object.entries(cloudFormationAssumptions).map(([name, { values, about }]) =>
    row(name, values[0], values, about),
  );
  const ofServices = ASSUMPTIONS_OF_SERVICES.map((assumption) =>
    row(assumption.name, assumption.default, assumption.values, assumption.sentence),
  );
  return [
    '| CloudFormation | default | or | the default means |',
    '|---|---|---|---|',
    ...ofCloudFormation,
    '',
    '| services | default | or | |',
    '|---|---|---|---|',
    ...ofServices,
  ];
}

function row(name: string, chosen: string, values: readonly string[], sentence: string): string {
  const others = values
    .filter((value) => value !== chosen)
    .map((value) => (value === '<number>' ? 'a number' : `\`${value}\``));
  return `| \`${name}\` | \`${chosen}\` | ${others.join(', ')} | ${sentence.replaceAll('|', '\\|')} |`;
}
