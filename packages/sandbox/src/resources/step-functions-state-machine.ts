import { AwsError } from '../aws-error';
import type { Properties, ResourceType } from '../cloudformation/resource-type';
import type { ObjectStore } from '../services/s3';
import type { JsonObject, StepFunctions } from '../services/step-functions';
import { namedResource } from './named-resource';
import { object, optionalText, text } from './properties';

/** AWS::StepFunctions::StateMachine; its physical id is its ARN. */
export function stateMachine({ machines }: StepFunctions, objects: ObjectStore): ResourceType {
  const find = (name: string) => machines.all().find((machine) => machine.name === name);
  return namedResource({
    nameProperty: 'StateMachineName',
    maxLength: 80,
    exists: (name) => find(name) !== undefined,
    nameOf: (physicalId) => physicalId.split(':').at(-1) ?? physicalId,
    write(name, { properties }) {
      machines.save({
        name,
        definition: definitionOf(properties, objects),
        roleArn: text(properties, 'RoleArn'),
        type: optionalText(properties, 'StateMachineType') ?? 'STANDARD',
        created: find(name)?.created ?? new Date().toISOString(),
      });
      const machineArn = machines.arnOf(name);
      return { physicalId: machineArn, attributes: { Arn: machineArn, Name: name } };
    },
    delete: (name) => machines.delete(name),
  });
}

function definitionOf(properties: Properties, objects: ObjectStore): JsonObject {
  const source = substitute(sourceOf(properties, objects), object(properties, 'DefinitionSubstitutions'));
  try {
    return JSON.parse(source) as JsonObject;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: not JSON: ${reason}`);
  }
}

function sourceOf(properties: Properties, objects: ObjectStore): string {
  const inline = optionalText(properties, 'DefinitionString');
  if (inline !== undefined) return inline;
  if (properties['Definition'] !== undefined) return JSON.stringify(properties['Definition']);
  const location = object(properties, 'DefinitionS3Location');
  return objects.get(text(location, 'Bucket'), text(location, 'Key')).body.toString('utf8');
}

/** `${name}` in the definition is replaced by a value of the template. */
function substitute(source: string, values: Properties): string {
  return source.replace(/\$\{([^}]+)\}/g, (found, name: string) => {
    const value = values[name];
    return value === undefined ? found : JSON.stringify(String(value)).slice(1, -1);
  });
}
