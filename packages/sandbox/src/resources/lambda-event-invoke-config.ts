import type { CreateRequest, Properties, ResourceResult, ResourceType } from '../cloudformation/resource-type';
import { type FunctionRecord, functionNameOf, type Lambda } from '../services/lambda';
import { functionOf } from './lambda-function';
import { generatedName } from './physical-name';
import { object, optionalNumber, optionalText, text } from './properties';

const DEFAULT_RETRIES = 2;

/**
 * AWS::Lambda::EventInvokeConfig: how often a failed asynchronous invocation is tried again, how old an event may become,
 * and which function gets it then. Destinations of other kinds get nothing.
 */
export function lambdaEventInvokeConfig(lambda: Lambda, warn: (message: string) => void): ResourceType {
  const set = (name: string, properties: Properties) => {
    const onFailure = optionalText(object(object(properties, 'DestinationConfig'), 'OnFailure'), 'Destination');
    const isFunction = onFailure?.split(':')[2] === 'lambda';
    if (onFailure && !isFunction)
      warn(`Function ${name} has a failure destination that gets nothing here: ${onFailure}.`);
    const change: Partial<FunctionRecord> = {
      asyncRetries: optionalNumber(properties, 'MaximumRetryAttempts') ?? DEFAULT_RETRIES,
      asyncMaxAgeSeconds: optionalNumber(properties, 'MaximumEventAgeInSeconds'),
      asyncOnFailure: isFunction ? onFailure : undefined,
    };
    lambda.functions.change(name, (record) => ({ ...record, ...change }));
  };
  const write = async (request: CreateRequest): Promise<ResourceResult> => {
    set(functionOf(request, lambda).name, request.properties);
    return { physicalId: generatedName(request) };
  };
  return {
    create: write,
    update: write,
    async delete({ properties }) {
      const name = functionNameOf(text(properties, 'FunctionName'));
      if (lambda.functions.find(name)) set(name, {});
    },
  };
}
