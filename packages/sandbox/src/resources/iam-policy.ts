import type {
  CreateRequest,
  Properties,
  ResourceResult,
  ResourceType,
  UpdateRequest,
} from '../cloudformation/resource-type';
import type { Iam } from '../services/iam';
import { generatedName } from './physical-name';
import { text, texts } from './properties';

/** AWS::IAM::Policy: an inline policy put on roles from outside. Users and groups do not act in the sandbox. */
export function iamPolicy(iam: Iam): ResourceType {
  const put = (request: CreateRequest, physicalId: string): ResourceResult => {
    for (const role of texts(request.properties, 'Roles')) {
      iam.setInline(role, text(request.properties, 'PolicyName'), request.properties['PolicyDocument']);
    }
    return { physicalId, attributes: { Id: physicalId } };
  };
  return {
    create: async (request) => put(request, generatedName(request, 128)),
    async update(request: UpdateRequest) {
      const result = put(request, request.physicalId);
      const renamed = text(request.properties, 'PolicyName') !== text(request.oldProperties, 'PolicyName');
      const kept = renamed ? [] : texts(request.properties, 'Roles');
      remove(iam, request.oldProperties, kept);
      return result;
    },
    async delete({ properties }) {
      remove(iam, properties, []);
    },
  };
}

function remove(iam: Iam, properties: Properties, keptRoles: readonly string[]): void {
  for (const role of texts(properties, 'Roles')) {
    if (!keptRoles.includes(role)) iam.setInline(role, text(properties, 'PolicyName'), undefined);
  }
}
