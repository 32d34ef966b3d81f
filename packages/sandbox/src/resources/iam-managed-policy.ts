import type { ResourceType, UpdateRequest } from '../cloudformation/resource-type';
import { globalArn } from '../services/arn';
import type { Iam } from '../services/iam';
import type { Environment } from '../services/service';
import { namedResource } from './named-resource';
import { optionalText, texts } from './properties';

/** AWS::IAM::ManagedPolicy; its physical id is its ARN. */
export function iamManagedPolicy(iam: Iam, environment: Environment): ResourceType {
  return namedResource({
    nameProperty: 'ManagedPolicyName',
    maxLength: 128,
    exists: () => false,
    nameOf: (physicalId) => physicalId.split('/').at(-1) ?? physicalId,
    write(name, request) {
      const { properties } = request;
      const policyArn = globalArn(environment, 'iam', `policy${optionalText(properties, 'Path') ?? '/'}${name}`);
      const roles = texts(properties, 'Roles');
      const before = 'oldProperties' in request ? texts((request as UpdateRequest).oldProperties, 'Roles') : [];
      iam.setManaged(policyArn, properties['PolicyDocument']);
      for (const role of before) iam.setAttached(role, policyArn, roles.includes(role));
      for (const role of roles) iam.setAttached(role, policyArn, true);
      return { physicalId: policyArn, attributes: { PolicyArn: policyArn, Id: policyArn } };
    },
    delete(_name, { physicalId, properties }) {
      for (const role of texts(properties, 'Roles')) iam.setAttached(role, physicalId, false);
      iam.setManaged(physicalId, undefined);
    },
  });
}
