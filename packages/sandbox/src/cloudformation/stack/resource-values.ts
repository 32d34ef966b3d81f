import type { Environment } from '../../services/service';
import type { Json, Properties, ResourceTypes } from '../resource-type';
import type { ResourceValues } from '../template/scope';
import { invalid, isCustomResource, isObject, NESTED_STACK_TYPE } from '../template/template';
import type { ResourceRecord } from './stack-record';

const MASK = '*****';

export interface ValueSources {
  resource(logicalId: string): ResourceRecord | undefined;
  readonly types: ResourceTypes;
  readonly environment: Environment;
}

/** `Ref` and `Fn::GetAtt` as resources have them now. */
export function valuesOf(sources: ValueSources): ResourceValues {
  return {
    reference: (logicalId, path) => {
      const { ref, physicalId } = existing(sources, logicalId, path);
      return ref ?? physicalId;
    },
    attribute: (logicalId, attribute, path) => {
      const resource = existing(sources, logicalId, path);
      return findAttribute(resource.attributes, attribute) ?? missingAttribute(sources, resource, attribute, path);
    },
  };
}

/** The same as they may be shown: outputs show no value of a resource that answered `NoEcho` (aws-facts CR-17). */
export function visibleValuesOf(sources: ValueSources): ResourceValues {
  const values = valuesOf(sources);
  return {
    reference: values.reference,
    attribute: (logicalId, attribute, path) => {
      const value = values.attribute(logicalId, attribute, path);
      return sources.resource(logicalId)?.noEcho ? MASK : value;
    },
  };
}

function existing(sources: ValueSources, logicalId: string, path: string): ResourceRecord {
  const resource = sources.resource(logicalId);
  if (resource) return resource;
  throw invalid(`Template error: resource '${logicalId}' at ${path} does not exist.`);
}

/** An attribute by its whole name, or by following its dots. */
function findAttribute(attributes: Properties, name: string): Json | undefined {
  if (Object.hasOwn(attributes, name)) return attributes[name];
  return name
    .split('.')
    .reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), attributes);
}

function missingAttribute(sources: ValueSources, resource: ResourceRecord, attribute: string, path: string): Json {
  const { logicalId, type } = resource;
  if (isCustomResource(type)) {
    throw new Error(`CustomResource attribute error: Vendor response doesn't contain ${attribute} attribute (${path})`);
  }
  if (type === NESTED_STACK_TYPE || sources.types.isKnown(type)) {
    throw new Error(
      `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt (${path})`,
    );
  }
  return madeUpAttribute(resource, attribute, sources.environment);
}

/** Inert types have every attribute: nothing reads it, but it must keep its value from one deployment to the next. */
function madeUpAttribute({ type, physicalId }: ResourceRecord, attribute: string, environment: Environment): string {
  if (!attribute.endsWith('Arn')) return `${physicalId}.${attribute}`;
  const [, service = 'cloudformation', kind = 'resource'] = type.toLowerCase().split('::');
  return `arn:${environment.partition}:${service}:${environment.region}:${environment.account}:${kind}/${physicalId}`;
}
