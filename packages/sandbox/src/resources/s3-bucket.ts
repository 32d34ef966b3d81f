import type { ResourceType } from '../cloudformation/resource-type';
import type { ObjectStore } from '../services/s3';
import type { Environment } from '../services/service';
import { namedResource } from './named-resource';
import { objects, text } from './properties';

/** AWS::S3::Bucket. A bucket that still has objects cannot be deleted, as in AWS. */
export function s3Bucket(store: ObjectStore, environment: Environment): ResourceType {
  return namedResource({
    nameProperty: 'BucketName',
    maxLength: 63,
    lowerCase: true,
    exists: (name) => store.hasBucket(name),
    write(name, { properties }) {
      if (!store.hasBucket(name)) store.createBucket(name);
      const tags = objects(properties, 'Tags').map((tag) => [text(tag, 'Key'), text(tag, 'Value')]);
      store.changeBucket(name, { tags: Object.fromEntries(tags) });
      return {
        physicalId: name,
        attributes: {
          Arn: `arn:${environment.partition}:s3:::${name}`,
          DomainName: `${name}.s3.amazonaws.com`,
          DualStackDomainName: `${name}.s3.dualstack.${environment.region}.amazonaws.com`,
          RegionalDomainName: `${name}.s3.${environment.region}.amazonaws.com`,
          WebsiteURL: `http://${name}.s3-website-${environment.region}.amazonaws.com`,
        },
      };
    },
    delete: (name) => store.deleteBucket(name),
  });
}
