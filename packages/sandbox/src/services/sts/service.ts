import { AwsError } from '../../aws-error';
import { globalArn } from '../arn';
import type { Caller, Callers } from '../callers';
import type { Iam } from '../iam';
import { type QueryOperations, queryService } from '../query-service';
import type { Environment, Service } from '../service';

export interface StsOptions {
  readonly environment: Environment;
  readonly callers: Callers;
  readonly iam: Iam;
}

/** GetCallerIdentity and AssumeRole. */
export function stsService(options: StsOptions): Service {
  const operations: QueryOperations = {
    GetCallerIdentity: {
      permission: () => null,
      run: (_form, request) => identity(options.callers.find(request.accessKeyId), options.environment),
    },
    AssumeRole: {
      permission: (form) => ({ action: 'sts:AssumeRole', resource: form.get('RoleArn') ?? '*' }),
      run: (form) => assumeRole(form, options),
    },
  };
  return queryService('sts', 'https://sts.amazonaws.com/doc/2011-06-15/', operations);
}

function identity({ roleName, sessionName }: Caller, environment: Environment) {
  const resource = roleName === undefined ? 'root' : `assumed-role/${roleName}/${sessionName}`;
  return {
    Arn: globalArn(environment, roleName === undefined ? 'iam' : 'sts', resource),
    UserId: roleName === undefined ? environment.account : `AROA${roleName.toUpperCase()}:${sessionName}`,
    Account: environment.account,
  };
}

function assumeRole(form: URLSearchParams, { environment, callers, iam }: StsOptions) {
  const roleArn = form.get('RoleArn') ?? '';
  const sessionName = form.get('RoleSessionName') ?? '';
  const roleName = roleArn.split('/').at(-1) ?? '';
  // The roles of `cdk bootstrap` belong to whoever deploys: they may do what the host may.
  const bootstrap = /^cdk-[a-z0-9]+-.*-role-/.test(roleName);
  if (!bootstrap && !iam.find(roleName)) {
    throw new AwsError('AccessDenied', `Role ${roleArn} does not exist or may not be assumed. Deploy it first.`, 403);
  }
  const credentials = callers.issue({ roleName: bootstrap ? undefined : roleName, sessionName });
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(Date.now() + Number(form.get('DurationSeconds') ?? 3600) * 1000).toISOString(),
    },
    AssumedRoleUser: {
      AssumedRoleId: `AROA${roleName.toUpperCase()}:${sessionName}`,
      Arn: globalArn(environment, 'sts', `assumed-role/${roleName}/${sessionName}`),
    },
  };
}
