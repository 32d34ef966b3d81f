import type { CreateRequest, ResourceResult, ResourceType } from '../cloudformation/resource-type';
import type { ObjectStore } from '../services/s3';
import { text } from './properties';

/** AWS::S3::BucketPolicy. It may allow a role what the role's own policies do not, as CDK's bucket cleaner needs. */
export function s3BucketPolicy(store: ObjectStore): ResourceType {
  const write = async ({ properties }: CreateRequest): Promise<ResourceResult> => {
    const bucket = text(properties, 'Bucket');
    store.changeBucket(bucket, { policy: properties['PolicyDocument'] });
    return { physicalId: bucket };
  };
  return {
    create: write,
    update: write,
    async delete({ physicalId }) {
      if (store.hasBucket(physicalId)) store.changeBucket(physicalId, { policy: undefined });
    },
  };
}
