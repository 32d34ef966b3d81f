import { AwsError } from '../aws-error';
import type { CreateRequest, Properties, ResourceType } from '../cloudformation/resource-type';
import { type FunctionRecord, functionNameOf, type Lambda } from '../services/lambda';
import type { ObjectStore } from '../services/s3';
import { namedResource } from './named-resource';
import { list, object, optionalNumber, optionalText, text } from './properties';

/** AWS::Lambda::Function. New code or configuration is in force when the update completes, as in AWS. */
export function lambdaFunction(lambda: Lambda, objects: ObjectStore, warn: (message: string) => void): ResourceType {
  return namedResource({
    nameProperty: 'FunctionName',
    exists: (name) => lambda.functions.find(name) !== undefined,
    write(name, { properties }) {
      if (list(properties, 'Layers').length > 0) warn(`Function ${name} has layers; the sandbox runs it without them.`);
      lambda.functions.save(toRecord(name, properties, lambda, objects));
      lambda.retire(name);
      return { physicalId: name, attributes: { Arn: lambda.functions.arnOf(name) } };
    },
    delete(name) {
      lambda.functions.delete(name);
      lambda.retire(name);
    },
  });
}

function toRecord(name: string, properties: Properties, lambda: Lambda, objects: ObjectStore): FunctionRecord {
  const before = lambda.functions.find(name);
  const variables = object(object(properties, 'Environment'), 'Variables');
  return {
    name,
    runtime: optionalText(properties, 'Runtime') ?? 'container-image',
    handler: optionalText(properties, 'Handler') ?? '',
    roleArn: text(properties, 'Role'),
    timeoutSeconds: optionalNumber(properties, 'Timeout') ?? 3,
    memoryMb: optionalNumber(properties, 'MemorySize') ?? 128,
    environment: Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, String(value)])),
    description: optionalText(properties, 'Description') ?? '',
    codeDigest: addCode(object(properties, 'Code'), lambda, objects),
    reservedConcurrency: optionalNumber(properties, 'ReservedConcurrentExecutions'),
    lastModified: new Date().toISOString(),
    asyncRetries: before?.asyncRetries ?? 2,
    asyncMaxAgeSeconds: before?.asyncMaxAgeSeconds,
    asyncOnFailure: before?.asyncOnFailure,
    versions: before?.versions ?? [],
    aliases: before?.aliases ?? {},
    permissions: before?.permissions ?? [],
  };
}

function addCode(code: Properties, lambda: Lambda, objects: ObjectStore): string {
  const inline = optionalText(code, 'ZipFile');
  if (inline !== undefined) return lambda.code.addInline(inline);
  if (code['ImageUri'] !== undefined) return lambda.code.addInline('');
  const [bucket, key] = [text(code, 'S3Bucket'), text(code, 'S3Key')];
  const exists = objects.hasBucket(bucket) && objects.head(bucket, key);
  if (exists) return lambda.code.addZip(objects.get(bucket, key).body);
  throw new AwsError(
    'InvalidParameterValueException',
    `Error occurred while GetObject. S3 Error Code: NoSuchKey. The code s3://${bucket}/${key} does not exist. Publish the asset first.`,
  );
}

/** The function that a Version, Alias or Permission belongs to; by then it must exist. */
export function functionOf(request: Pick<CreateRequest, 'properties'>, lambda: Lambda): FunctionRecord {
  return lambda.functions.get(functionNameOf(text(request.properties, 'FunctionName')));
}
