import { randomInt } from 'node:crypto';
import type { Properties, ResourceType, UpdateRequest } from '../cloudformation/resource-type';
import type { SecretStore } from '../services/secrets-manager';
import { namedResource } from './named-resource';
import { flag, object, optionalNumber, optionalText } from './properties';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** AWS::SecretsManager::Secret; its physical id is its ARN. */
export function secret(store: SecretStore): ResourceType {
  return namedResource({
    nameProperty: 'Name',
    exists: (name) => store.find(name) !== undefined,
    nameOf: (physicalId) => store.find(physicalId)?.name ?? physicalId,
    write(name, request) {
      const existing = store.find(name);
      const saved =
        existing ??
        store.create(name, initialValue(request.properties), optionalText(request.properties, 'Description'));
      if (existing && 'oldProperties' in request) putIfChanged(store, saved.arn, request as UpdateRequest);
      return { physicalId: saved.arn, attributes: { Id: saved.arn } };
    },
    delete(_name, { physicalId }) {
      store.delete(physicalId);
    },
  });
}

/** A generated value stays as it is, whatever else changes: databases were made with it. */
function putIfChanged(store: SecretStore, secretArn: string, { properties, oldProperties }: UpdateRequest): void {
  const value = optionalText(properties, 'SecretString');
  if (value !== undefined && value !== optionalText(oldProperties, 'SecretString')) store.put(secretArn, value);
}

function initialValue(properties: Properties): string | undefined {
  const value = optionalText(properties, 'SecretString');
  if (value !== undefined || properties['GenerateSecretString'] === undefined) return value;
  const options = object(properties, 'GenerateSecretString');
  const key = optionalText(options, 'GenerateStringKey');
  const password = generatePassword(options);
  if (key === undefined) return password;
  return JSON.stringify({ ...JSON.parse(optionalText(options, 'SecretStringTemplate') ?? '{}'), [key]: password });
}

function generatePassword(options: Properties): string {
  const groups = [
    flag(options, 'ExcludeLowercase') ? '' : LOWER,
    flag(options, 'ExcludeUppercase') ? '' : LOWER.toUpperCase(),
    flag(options, 'ExcludeNumbers') ? '' : DIGITS,
    flag(options, 'ExcludePunctuation') ? '' : PUNCTUATION,
    flag(options, 'IncludeSpace') ? ' ' : '',
  ];
  const excluded = optionalText(options, 'ExcludeCharacters') ?? '';
  const alphabet = [...groups.join('')].filter((character) => !excluded.includes(character));
  const length = optionalNumber(options, 'PasswordLength') ?? 32;
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
