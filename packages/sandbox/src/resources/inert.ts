import type { CreateRequest, Properties, ResourceType } from '../cloudformation/resource-type';
import { arn } from '../services/arn';
import type { Environment } from '../services/service';
import { generatedName } from './physical-name';

/** Types whose `Ref` is not the plain name. */
const REFERENCES: Readonly<Record<string, (name: string, environment: Environment) => string>> = {
  'AWS::SNS::Topic': (name, environment) => arn(environment, 'sns', name),
  'AWS::SQS::Queue': (name, { region, account }) => `https://sqs.${region}.amazonaws.com/${account}/${name}`,
  'AWS::Lambda::LayerVersion': (name, environment) => arn(environment, 'lambda', `layer:${name}:1`),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (name, environment) =>
    arn(environment, 'elasticloadbalancing', `loadbalancer/app/${name}/0`),
};

/**
 * A type that the sandbox does not play: it is created and deleted in name only. What other resources refer to is made
 * up, the same for the same resource every time, and plausible for its kind. An update keeps the physical id.
 */
export function inert(environment: Environment): ResourceType {
  const result = (physicalId: string, request: CreateRequest) => ({
    physicalId,
    attributes: madeUpAttributes(request.type, physicalId, request.properties, environment),
  });
  return {
    async create(request) {
      const name = generatedName(request);
      return result(REFERENCES[request.type]?.(name, environment) ?? name, request);
    },
    async update(request) {
      return result(request.physicalId, request);
    },
    async delete() {},
  };
}

/** Attributes that are lists, which one may select from or join. */
const LISTS = ['Ipv6CidrBlocks', 'CidrBlockAssociations', 'DnsEntries', 'NetworkInterfaceIds'];
const IDS = ['GroupId', 'AllocationId', 'DefaultSecurityGroup', 'DefaultNetworkAcl', 'KeyId', 'AvailabilityZone'];
/** Attributes that are addresses; the engine makes up those that are not listed here. */
const URLS = ['Url', 'QueueUrl', 'FunctionUrl', 'ApiEndpoint', 'WebsiteURL'];
const HOSTS = ['DomainName', 'RegionalDomainName', 'DNSName'];

function madeUpAttributes(
  type: string,
  physicalId: string,
  properties: Properties,
  environment: Environment,
): Properties {
  // `AWS::ApiGateway::RestApi` belongs to `apigateway`.
  const service = (type.split('::')[1] ?? 'custom').toLowerCase();
  const name = physicalId.split(/[:/]/).at(-1) ?? physicalId;
  const host = `${name.toLowerCase()}.${service}.${environment.region}.amazonaws.com`;
  return {
    ...Object.fromEntries(URLS.map((attribute) => [attribute, `https://${host}`])),
    ...Object.fromEntries(HOSTS.map((attribute) => [attribute, host])),
    ...Object.fromEntries(IDS.map((attribute) => [attribute, `${name}-${attribute}`])),
    ...Object.fromEntries(LISTS.map((attribute) => [attribute, []])),
    // `VpcId` of AWS::EC2::VPC, `RouteTableId` of AWS::EC2::RouteTable: the name once more.
    [`${type.split('::').at(-1)}Id`]: name,
    VpcId: name,
    ...scalars(properties),
    ...(physicalId.startsWith('https://') && { QueueUrl: physicalId, QueueName: name }),
    Arn: physicalId.startsWith('arn:') ? physicalId : arn(environment, service, name),
    TopicArn: arn(environment, service, name),
    Name: name,
    Id: name,
  };
}

/** Many attributes are properties read back, such as TopicName. */
function scalars(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => typeof value !== 'object'));
}
