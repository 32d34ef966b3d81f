import type { Environment } from './services/service';

/** The names under which the AWS SDKs look for an endpoint: `AWS_ENDPOINT_URL_<SERVICE>`. */
const SERVICES = [
  'APPLICATION_AUTO_SCALING',
  'CLOUDFORMATION',
  'DYNAMODB',
  'DYNAMODB_STREAMS',
  'EVENTBRIDGE',
  'LAMBDA',
  'RDS',
  'RDS_DATA',
  'S3',
  'SECRETS_MANAGER',
  'SFN',
  'SSM',
  'STS',
];

export function endpointVariables(endpoint: string): Readonly<Record<string, string>> {
  const perService = SERVICES.map((service) => [`AWS_ENDPOINT_URL_${service}`, endpoint]);
  return { AWS_ENDPOINT_URL: endpoint, ...Object.fromEntries(perService) };
}

/** What a process of the host needs to use this AWS. The credentials are the account owner's. */
export function hostVariables(endpoint: string, environment: Environment): Readonly<Record<string, string>> {
  return {
    ...endpointVariables(endpoint),
    AWS_REGION: environment.region,
    AWS_DEFAULT_REGION: environment.region,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
  };
}
