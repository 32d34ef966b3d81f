import { AwsError } from './aws-error';
import type { SecretStore } from './services/secrets-manager';
import type { ParameterStore } from './services/ssm';

/** Resolves the content of `{{resolve:...}}` in a template. */
export function dynamicReferences(parameters: ParameterStore, secrets: SecretStore) {
  const services: Readonly<Record<string, (reference: string) => string>> = {
    ssm: (reference) => parameter(parameters, reference),
    'ssm-secure': (reference) => parameter(parameters, reference),
    secretsmanager: (reference) => secretValue(secrets, reference),
  };
  return async (text: string): Promise<string> => {
    const separator = text.indexOf(':');
    const resolve = services[text.slice(0, separator)];
    if (resolve) return resolve(text.slice(separator + 1));
    const known = Object.keys(services).join(', ');
    throw new AwsError('ValidationError', `Cannot resolve '{{resolve:${text}}}'. The sandbox knows: ${known}.`);
  };
}

/** `NAME` or `NAME:VERSION`. */
function parameter(store: ParameterStore, reference: string): string {
  const found = store.read(reference);
  if (found) return found.version.value;
  throw new AwsError('ValidationError', `Parameter ${reference} does not exist in Systems Manager. Create it first.`);
}

/** `ID`, `ID:SecretString`, `ID:SecretString:KEY:STAGE:VERSION`; the id may be an ARN, which has colons of its own. */
function secretValue(store: SecretStore, reference: string): string {
  const parts = reference.split(':');
  const idLength = reference.startsWith('arn:') ? 7 : 1;
  const id = parts.slice(0, idLength).join(':');
  const [, key = '', stage = ''] = parts.slice(idLength);
  const secret = store.get(id);
  const value = (stage === 'AWSPREVIOUS' ? secret.previousValue : secret.value) ?? '';
  if (key === '') return value;
  const member: unknown = JSON.parse(value)[key];
  if (member !== undefined) return String(member);
  throw new AwsError('ValidationError', `Could not find a value associated with JSONKey '${key}' in secret ${id}.`);
}
