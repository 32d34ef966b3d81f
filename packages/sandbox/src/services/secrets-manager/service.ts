import { AwsError } from '../../aws-error';
import { type Input, optionalText, text } from '../input';
import { type JsonOperation, type JsonOperations, jsonService } from '../json-service';
import type { Service } from '../service';
import type { Secret, SecretStore } from './secret-store';

export function secretsManagerService(store: SecretStore): Service {
  const operations: JsonOperations = {
    CreateSecret: {
      permission: () => ({ action: 'secretsmanager:CreateSecret', resource: '*' }),
      run(input) {
        const secret = store.create(text(input, 'Name'), optionalText(input, 'SecretString'), description(input));
        return { ...identify(secret), VersionId: secret.value === undefined ? undefined : secret.versionId };
      },
    },
    GetSecretValue: onSecret(store, 'GetSecretValue', (input) => {
      const secret = store.get(text(input, 'SecretId'));
      const stage = optionalText(input, 'VersionStage') ?? 'AWSCURRENT';
      const value = stage === 'AWSPREVIOUS' ? secret.previousValue : secret.value;
      if (value === undefined) {
        const message = `Secrets Manager can't find the specified secret value for staging label: ${stage}`;
        throw new AwsError('ResourceNotFoundException', message);
      }
      return {
        ...identify(secret),
        SecretString: value,
        VersionId: secret.versionId,
        VersionStages: [stage],
        CreatedDate: Date.parse(secret.changed) / 1000,
      };
    }),
    PutSecretValue: onSecret(store, 'PutSecretValue', (input) => {
      const secret = store.put(text(input, 'SecretId'), text(input, 'SecretString'));
      return { ...identify(secret), VersionId: secret.versionId, VersionStages: ['AWSCURRENT'] };
    }),
    DescribeSecret: onSecret(store, 'DescribeSecret', (input) => {
      const secret = store.get(text(input, 'SecretId'));
      return {
        ...identify(secret),
        Description: secret.description,
        CreatedDate: Date.parse(secret.created) / 1000,
        LastChangedDate: Date.parse(secret.changed) / 1000,
        VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] },
      };
    }),
    DeleteSecret: onSecret(store, 'DeleteSecret', (input) => {
      const secret = store.get(text(input, 'SecretId'));
      store.delete(secret.arn);
      return { ...identify(secret), DeletionDate: Date.now() / 1000 };
    }),
  };
  return jsonService('secretsmanager', operations);
}

/** Permission is asked for the full ARN; for a secret that does not exist, for what the caller named. */
function onSecret(store: SecretStore, action: string, run: JsonOperation['run']): JsonOperation {
  return {
    permission(input) {
      const id = text(input, 'SecretId');
      return { action: `secretsmanager:${action}`, resource: store.find(id)?.arn ?? id };
    },
    run,
  };
}

function identify({ arn, name }: Secret) {
  return { ARN: arn, Name: name };
}

function description(input: Input): string {
  return optionalText(input, 'Description') ?? '';
}
