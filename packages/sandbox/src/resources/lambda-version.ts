import type { ResourceType } from '../cloudformation/resource-type';
import type { Lambda } from '../services/lambda';
import { functionOf } from './lambda-function';

/** AWS::Lambda::Version: a number for the function. Versions are immutable; a changed one is a new logical id in CDK. */
export function lambdaVersion(lambda: Lambda): ResourceType {
  return {
    async create(request) {
      const { name, versions } = functionOf(request, lambda);
      const version = String(Number(versions.at(-1) ?? 0) + 1);
      lambda.functions.change(name, (record) => ({ ...record, versions: [...record.versions, version] }));
      const versionArn = `${lambda.functions.arnOf(name)}:${version}`;
      return { physicalId: versionArn, attributes: { Version: version, FunctionArn: versionArn } };
    },
    async update({ physicalId, attributes }) {
      return { physicalId, attributes };
    },
    async delete() {},
  };
}
