import { AwsError } from '../aws-error';
import type {
  CreateRequest,
  DeleteRequest,
  ResourceResult,
  ResourceType,
  UpdateRequest,
} from '../cloudformation/resource-type';
import { generatedName } from './physical-name';
import { optionalText } from './properties';

export interface NamedResourceOptions {
  /** The property that holds the name; changing it replaces the resource. */
  readonly nameProperty: string;
  readonly maxLength?: number;
  /** For names that must be lower case. */
  readonly lowerCase?: boolean;
  readonly exists: (name: string) => boolean;
  /** Creates the resource, or brings it to the properties of the request when it is there. */
  readonly write: (name: string, request: CreateRequest | UpdateRequest) => ResourceResult | Promise<ResourceResult>;
  readonly delete: (name: string, request: DeleteRequest) => void | Promise<void>;
  /** The name within a physical id, where that is an ARN. Default: the physical id itself. */
  readonly nameOf?: (physicalId: string) => string;
}

/** A resource that is known by a name, which the template gives or CloudFormation makes up. */
export function namedResource(options: NamedResourceOptions): ResourceType {
  const nameOf = options.nameOf ?? ((physicalId: string) => physicalId);
  const create = async (request: CreateRequest): Promise<ResourceResult> => {
    const name = chooseName(options, request);
    if (options.exists(name)) {
      throw new AwsError(
        'AlreadyExists',
        `Resource of type '${request.type}' with identifier '${name}' already exists. Delete it or choose another name.`,
      );
    }
    return options.write(name, request);
  };
  return {
    create,
    async update(request) {
      const name = chooseName(options, request);
      return name === nameOf(request.physicalId) ? options.write(name, request) : create(request);
    },
    async delete(request) {
      await options.delete(nameOf(request.physicalId), request);
    },
  };
}

function chooseName({ nameProperty, maxLength, lowerCase }: NamedResourceOptions, request: CreateRequest): string {
  const given = optionalText(request.properties, nameProperty);
  if (given !== undefined) return given;
  const generated = generatedName(request, maxLength);
  return lowerCase ? generated.toLowerCase() : generated;
}
