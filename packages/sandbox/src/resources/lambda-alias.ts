import type { CreateRequest, ResourceResult, ResourceType } from '../cloudformation/resource-type';
import { functionNameOf, type Lambda } from '../services/lambda';
import { functionOf } from './lambda-function';
import { text } from './properties';

/** AWS::Lambda::Alias: a name for a version. The sandbox runs the function's current code for every alias. */
export function lambdaAlias(lambda: Lambda): ResourceType {
  const write = async (request: CreateRequest): Promise<ResourceResult> => {
    const { name } = functionOf(request, lambda);
    const [alias, version] = [text(request.properties, 'Name'), text(request.properties, 'FunctionVersion')];
    lambda.functions.change(name, (record) => ({ ...record, aliases: { ...record.aliases, [alias]: version } }));
    const aliasArn = `${lambda.functions.arnOf(name)}:${alias}`;
    return { physicalId: aliasArn, attributes: { AliasArn: aliasArn } };
  };
  return {
    create: write,
    update: write,
    async delete({ physicalId }) {
      const [name, alias] = [functionNameOf(physicalId), physicalId.split(':').at(-1) ?? ''];
      if (!lambda.functions.find(name)) return;
      lambda.functions.change(name, (record) => {
        const { [alias]: _deleted, ...aliases } = record.aliases;
        return { ...record, aliases };
      });
    },
  };
}
