import type { CreateRequest, ResourceResult, ResourceType } from '../cloudformation/resource-type';
import { functionNameOf, type Lambda } from '../services/lambda';
import { functionOf } from './lambda-function';
import { generatedName } from './physical-name';
import { optionalNumber, text } from './properties';

const DEFAULT_RETRIES = 2;

/** AWS::Lambda::EventInvokeConfig: how often a failed asynchronous invocation is tried again. */
export function lambdaEventInvokeConfig(lambda: Lambda): ResourceType {
  const set = (name: string, asyncRetries: number) =>
    lambda.functions.change(name, (record) => ({ ...record, asyncRetries }));
  const write = async (request: CreateRequest): Promise<ResourceResult> => {
    set(
      functionOf(request, lambda).name,
      optionalNumber(request.properties, 'MaximumRetryAttempts') ?? DEFAULT_RETRIES,
    );
    return { physicalId: generatedName(request) };
  };
  return {
    create: write,
    update: write,
    async delete({ properties }) {
      const name = functionNameOf(text(properties, 'FunctionName'));
      if (lambda.functions.find(name)) set(name, DEFAULT_RETRIES);
    },
  };
}
