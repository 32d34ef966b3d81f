import { createHash } from 'node:crypto';
import type { ResourceType } from '../cloudformation/resource-type';
import { globalArn } from '../services/arn';
import type { Iam } from '../services/iam';
import type { Environment } from '../services/service';
import { namedResource } from './named-resource';
import { objects, optionalText, text, texts } from './properties';

/** Policies of the role's own template entry are marked, so that an update does not take AWS::IAM::Policy's away. */
const OWN = 'own:';

/** AWS::IAM::Role with its inline policies. Who may assume it is not asked here. */
export function iamRole(iam: Iam, environment: Environment): ResourceType {
  return namedResource({
    nameProperty: 'RoleName',
    exists: (name) => iam.find(name) !== undefined,
    write(name, { properties }) {
      const before = iam.find(name);
      const others = Object.entries(before?.inline ?? {}).filter(([policy]) => !policy.startsWith(OWN));
      const own = objects(properties, 'Policies').map((policy) => [
        `${OWN}${text(policy, 'PolicyName')}`,
        policy['PolicyDocument'],
      ]);
      const arn = globalArn(environment, 'iam', `role${optionalText(properties, 'Path') ?? '/'}${name}`);
      const roleId = `AROA${createHash('sha256').update(name).digest('hex').slice(0, 16).toUpperCase()}`;
      iam.saveRole({
        name,
        arn,
        roleId,
        inline: Object.fromEntries([...others, ...own]),
        attached: attachments(before?.attached ?? [], texts(properties, 'ManagedPolicyArns'), environment),
      });
      return { physicalId: name, attributes: { Arn: arn, RoleId: roleId } };
    },
    delete: (name) => iam.deleteRole(name),
  });
}

/** An AWS::IAM::ManagedPolicy may have attached itself by its own `Roles`; those stay. */
function attachments(before: readonly string[], declared: readonly string[], environment: Environment) {
  const ownAccount = before.filter((policyArn) => policyArn.startsWith(globalArn(environment, 'iam', 'policy/')));
  return [...new Set([...ownAccount, ...declared])];
}
