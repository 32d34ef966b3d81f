import type { CreateRequest, ResourceResult, ResourceType } from '../cloudformation/resource-type';
import { functionNameOf, type Lambda } from '../services/lambda';
import { functionOf } from './lambda-function';
import { generatedName } from './physical-name';
import { optionalText, text } from './properties';

/** AWS::Lambda::Permission: a statement of the function's resource policy. EventBridge asks for it. */
export function lambdaPermission(lambda: Lambda): ResourceType {
  const write = async (request: CreateRequest): Promise<ResourceResult> => {
    const id = generatedName(request, 100);
    const { name } = functionOf(request, lambda);
    const permission = {
      id,
      action: text(request.properties, 'Action'),
      principal: text(request.properties, 'Principal'),
      sourceArn: optionalText(request.properties, 'SourceArn'),
    };
    removeStatement(lambda, name, id);
    lambda.functions.change(name, (record) => ({ ...record, permissions: [...record.permissions, permission] }));
    return { physicalId: id, attributes: { Id: id } };
  };
  return {
    create: write,
    async update(request) {
      removeStatement(lambda, functionNameOf(text(request.oldProperties, 'FunctionName')), request.physicalId);
      return write(request);
    },
    async delete({ properties, physicalId }) {
      removeStatement(lambda, functionNameOf(text(properties, 'FunctionName')), physicalId);
    },
  };
}

/** The function may be gone already, and its statements with it. */
function removeStatement(lambda: Lambda, functionName: string, id: string): void {
  if (!lambda.functions.find(functionName)) return;
  lambda.functions.change(functionName, (record) => ({
    ...record,
    permissions: record.permissions.filter((permission) => permission.id !== id),
  }));
}
