import { AwsError } from '../../aws-error';
import type { StateStore } from '../../state';
import { globalArn } from '../arn';
import type { Caller } from '../callers';
import type { Environment, Permission, Service } from '../service';
import { awsManagedPolicy } from './aws-managed-policies';
import { evaluate } from './evaluate';
import { parsePolicy, type Statement } from './policy-document';

export interface IamOptions {
  readonly state: StateStore;
  readonly environment: Environment;
  /** How much later changes take effect (aws-facts IAM-1). */
  readonly propagationMs: number;
  readonly onWarning: (message: string) => void;
}

export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly roleId: string;
  /** Documents by policy name: the role's own, and those that AWS::IAM::Policy puts on it. */
  readonly inline: Readonly<Record<string, unknown>>;
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
}

/** What IAM asks of the service whose operation a caller wants. */
export type AskedService = Pick<Service, 'protocol' | 'resourcePolicy'>;

/** What a role was allowed from a moment on. */
interface Effective {
  readonly since: number;
  readonly statements: readonly Statement[];
}

interface Document {
  readonly roles: Readonly<Record<string, Role>>;
  readonly managed: Readonly<Record<string, unknown>>;
  readonly effective: Readonly<Record<string, readonly Effective[]>>;
}

const DOCUMENT = 'iam.json';
/** Roles and their policies, and the answer to "may this caller do that?". */
export class Iam {
  #document: Document;
  readonly #warned = new Set<string>();

  constructor(private readonly options: IamOptions) {
    this.#document = options.state.read<Document>(DOCUMENT, { roles: {}, managed: {}, effective: {} });
  }

  find(roleName: string): Role | undefined {
    return this.#document.roles[roleName];
  }

  saveRole(role: Role): void {
    this.#write({ ...this.#document, roles: { ...this.#document.roles, [role.name]: role } });
  }

  deleteRole(name: string): void {
    const { [name]: _role, ...roles } = this.#document.roles;
    const { [name]: _effective, ...effective } = this.#document.effective;
    this.#write({ ...this.#document, roles, effective });
  }

  /** Puts an inline policy on a role, or takes it off when there is no document. Roles made elsewhere are left alone. */
  setInline(roleName: string, policyName: string, document: unknown): void {
    const role = this.find(roleName);
    if (!role) return;
    const { [policyName]: _before, ...rest } = role.inline;
    this.saveRole({ ...role, inline: document === undefined ? rest : { ...rest, [policyName]: document } });
  }

  setAttached(roleName: string, policyArn: string, attached: boolean): void {
    const role = this.find(roleName);
    if (!role) return;
    const others = role.attached.filter((known) => known !== policyArn);
    this.saveRole({ ...role, attached: attached ? [...others, policyArn] : others });
  }

  setManaged(policyArn: string, document: unknown): void {
    const { [policyArn]: _before, ...rest } = this.#document.managed;
    this.#write({ ...this.#document, managed: document === undefined ? rest : { ...rest, [policyArn]: document } });
  }

  /** Throws what the service in question answers when the caller may not. The host may do everything. */
  authorize(caller: Caller, permissions: readonly Permission[], service?: AskedService): void {
    const { roleName, sessionName } = caller;
    if (roleName === undefined) return;
    for (const permission of permissions) this.#require(roleName, sessionName, permission, service);
  }

  #require(role: string, session: string, permission: Permission, service: AskedService = { protocol: 'json' }): void {
    const { action, resource } = permission;
    // In one account either side's Allow is enough, and a Deny on either side wins.
    const statements = [...this.#statements(role), ...this.#ofResource(role, service.resourcePolicy?.(permission))];
    const decision = evaluate(statements, {
      action,
      resource,
      keys: { ...this.#keys(role), ...permission.keys },
      onUnknownCondition: ({ operator, key }) =>
        this.#warn(
          `A policy of role ${role} has a condition that the sandbox cannot judge and ignores: ${operator} ${key}.`,
        ),
    });
    if (decision === 'allowed') return;
    const user = `arn:aws:sts::${this.options.environment.account}:assumed-role/${role}/${session}`;
    const reason =
      decision === 'denied'
        ? 'with an explicit deny in a policy'
        : `because no identity-based policy allows the ${action} action`;
    const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
    const { protocol } = service;
    const code = protocol === 's3' || protocol === 'query' ? 'AccessDenied' : 'AccessDeniedException';
    throw new AwsError(code, message, protocol === 'json' ? 400 : 403);
  }

  #ofResource(roleName: string, policy: unknown): readonly Statement[] {
    const names = ['*', this.find(roleName)?.arn ?? ''];
    return parsePolicy(policy).filter(({ principals }) => principals.some((principal) => names.includes(principal)));
  }

  #statements(roleName: string): readonly Statement[] {
    const now = Date.now();
    const effective = this.#document.effective[roleName] ?? [];
    return effective.findLast(({ since }) => since <= now)?.statements ?? [];
  }

  #keys(roleName: string): Readonly<Record<string, string>> {
    const { account, region } = this.options.environment;
    return {
      'aws:principalaccount': account,
      'aws:sourceaccount': account,
      'aws:resourceaccount': account,
      'aws:requestedregion': region,
      'aws:principalarn': globalArn(this.options.environment, 'iam', `role/${roleName}`),
      'aws:securetransport': 'true',
      'aws:viaawsservice': 'false',
    };
  }

  /** Saves, and works out from when on each role may do what its policies say now. */
  #write(document: Document): void {
    const now = Date.now();
    const effective = Object.values(document.roles).map((role) => {
      const history = document.effective[role.name] ?? [];
      const statements = this.#statementsOf(role, document);
      if (JSON.stringify(history.at(-1)?.statements) === JSON.stringify(statements)) return [role.name, history];
      const current = history.findLastIndex(({ since }) => since <= now);
      const since = now + this.options.propagationMs;
      return [role.name, [...history.slice(Math.max(current, 0)), { since, statements }]];
    });
    this.#document = { ...document, effective: Object.fromEntries(effective) };
    this.options.state.write(DOCUMENT, this.#document);
  }

  #statementsOf(role: Role, document: Document): readonly Statement[] {
    const managed = role.attached.map((policyArn) => document.managed[policyArn] ?? this.#awsManaged(policyArn));
    return [...Object.values(role.inline), ...managed].flatMap(parsePolicy);
  }

  #awsManaged(policyArn: string): unknown {
    const document = awsManagedPolicy(policyArn);
    if (!document) this.#warn(`The sandbox does not know the managed policy ${policyArn}; it allows nothing here.`);
    return document;
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.options.onWarning(message);
  }
}
