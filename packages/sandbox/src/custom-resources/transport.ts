import { AwsError } from '../aws-error';
import { type CustomResourceTransport, ResourceRefusal } from '../cloudformation/resource-type';
import { parseArn } from '../services/arn';
import type { Lambda } from '../services/lambda';
import type { ObjectStore, ResponseUrls } from '../services/s3';
import { answerInItsPlace, isAbsentService } from './absent-services';
import { answer, type CustomResourceEvent } from './answer';
import { BUCKET_DEPLOYMENT, deployToBucket } from './bucket-deployment';

export interface CustomResourceServices {
  readonly lambda: Lambda;
  readonly objects: ObjectStore;
  readonly responses: ResponseUrls;
  readonly warn: (message: string) => void;
}

/** Custom resources get their requests in functions, except those of the CDK that are played here. */
export function customResourceTransport({
  lambda,
  objects,
  responses,
  warn,
}: CustomResourceServices): CustomResourceTransport {
  return {
    openResponse: () => responses.open(),
    async invoke(serviceToken, given) {
      const event = given as CustomResourceEvent;
      if (parseArn(serviceToken)?.service !== 'lambda') {
        throw new AwsError(
          'ValidationError',
          `The sandbox calls custom resources in Lambda functions only, not ${serviceToken}.`,
        );
      }
      if (isAbsentService(event)) return answerInItsPlace(event, warn);
      if (event.ResourceType === BUCKET_DEPLOYMENT) return deployToBucket(event, objects, warn);
      const refusal = lambda.whyItCannotRun(serviceToken);
      if (refusal === undefined) return void lambda.invokeAsync(serviceToken, JSON.stringify(event));
      await answerForNobody(event, refusal);
    },
  };
}

/** No answer can come. There is nothing to delete of what could not be created. */
async function answerForNobody(event: CustomResourceEvent, refusal: string): Promise<void> {
  if (event.RequestType !== 'Delete') throw new ResourceRefusal(refusal);
  await answer(event, { PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId });
}
