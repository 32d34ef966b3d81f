import { CfnOutput, type CustomResource, Duration, Stack, Token } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import { environmentNames, type LedgerLocation, ledgerOutputDescription } from '../core/wire';
import { baselineErrors, uncoveredBaselines, withBaseline } from './baselines';
import { BundleAsset } from './bundle-asset';
import { commitMarker, migrationsResource } from './custom-resources';
import type { DatabaseMigrationsProps } from './database-migrations-props';
import { Engine } from './engine';
import { engineOptionErrors } from './engine-options';
import { createLedgerTable } from './ledger-table';
import { createdTables, tableErrors } from './migrated-tables';
import { MigrationsRemovalPolicy, OlderRevisionPolicy } from './policies';
import type { TargetBinding } from './target-binding';
import { clashesBetween } from './target-clashes';
import { inTarget, targetErrors } from './target-errors';
import { timeLimits } from './time-limits';

/**
 * Applies versioned migrations to databases when the stack is deployed, commits them when the stack update succeeds and
 * undoes them when it fails. What it deploys is a ledger, four functions, and a state machine that works on each request
 * of CloudFormation (`lib/state-machine-definition.ts`). Constructs passed to {@link dependOnMigrations} or {@link connect} wait for them.
 *
 * @example
 * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
 *
 * const migrations = new DatabaseMigrations(this, 'Migrations', {
 *   migrationsPath: 'migrations', // migrations/users/*.sql, migrations/meals/*.ts
 *   targets: {
 *     users: MigrationTarget.aurora(cluster, { databaseName: 'app' }),
 *     meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }),
 *   },
 * });
 * migrations.connect(apiFunction);
 * migrations.dependOnMigrations(featureFlags);
 */
export class DatabaseMigrations extends Construct {
  /**
   * SHA-256 of the bundle of all migrations, 64 hexadecimal digits: the same files give the same revision on every
   * machine.
   */
  public readonly revision: string;
  /** The table that remembers what was applied: `ledgerTable` of the properties, or the construct's own one. */
  public readonly ledgerTable: dynamodb.ITable;
  /** The Step Functions machine that works on one request at a time and answers it. */
  public readonly stateMachine: sfn.IStateMachine;

  private readonly targets: ReadonlyMap<string, TargetBinding>;
  private readonly bundle: BundleAsset;
  private readonly migrations: CustomResource;

  /**
   * Reads and checks the migrations, and adds all resources that run them to the stack.
   *
   * @param scope where the construct is added; its path and the stack's name become the scope in the ledger
   * @param id unique among the constructs of `scope`. Keep it once deployed: another id is another scope in the ledger
   * @param props where the migrations are, the databases, and how they are migrated
   * @throws Error with everything that is wrong: targets, time limits, or migrations with file and line
   */
  public constructor(scope: Construct, id: string, props: DatabaseMigrationsProps) {
    super(scope, id);
    this.targets = new Map(Object.entries(props.targets).map(([name, target]) => [name, target._binding]));
    const errors = [
      ...targetErrors(this.targets, this),
      ...baselineErrors(props.baseline, this.targets),
      ...ledgerErrors(props),
      ...engineOptionErrors(props),
    ];
    const limits = timeLimits(props, errors);
    this.refuse(errors);
    this.node.addValidation({ validate: () => this.lateErrors() });

    const targets = [...this.targets];
    this.bundle = new BundleAsset(
      this,
      props.migrationsPath,
      targets.map(([name, { databaseKind, engineVersion }]) => ({ name, databaseKind, engineVersion })),
    );
    this.refuse([
      ...tableErrors(this.bundle.bundle, this.targets),
      ...uncoveredBaselines(this.bundle.bundle, props.baseline, this.targets),
    ]);
    this.revision = this.bundle.revision;
    this.ledgerTable = props.ledgerTable ?? createLedgerTable(this, props.encryptionKey);

    const engine = new Engine(this, 'Engine', {
      scopeName: this.scopeName(),
      ledger: this.ledgerTable,
      ownsLedger: props.ledgerTable === undefined,
      bundle: this.bundle,
      targets: this.targets,
      limits,
      options: props,
    });
    if (props.permissionsBoundary) PermissionsBoundary.of(this).apply(props.permissionsBoundary);
    this.stateMachine = engine.stateMachine;

    const stack = Stack.of(this);
    const timeout = Duration.seconds(limits.service);
    const scopeName = this.scopeName();
    const identity = { Format: '1', Scope: scopeName, Revision: this.revision } as const;
    this.migrations = migrationsResource(this, engine.serviceToken, timeout, {
      ...identity,
      Ledger: this.ledgerTable.tableName,
      Bundle: this.bundle.location,
      Targets: Object.fromEntries(
        targets.map(([name, target]) => [
          name,
          withBaseline(target.properties(stack, `${scopeName}/${name}`), target, props.baseline),
        ]),
      ),
      OnOlderRevision: props.onOlderRevision ?? OlderRevisionPolicy.REFUSE,
      OnRemoval: props.onRemoval ?? MigrationsRemovalPolicy.RETAIN,
      ForwardSeconds: String(limits.forward),
    });
    this.migrations.node.addDependency(engine, ...targets.flatMap(([, target]) => target.resources));
    commitMarker(this.migrations, engine.serviceToken, timeout, identity);
    const ledger: LedgerLocation = {
      scope: this.scopeName(),
      table: this.ledgerTable.tableName,
      stateMachine: this.stateMachine.stateMachineArn,
    };
    new CfnOutput(this, 'LedgerLocation', { value: stack.toJsonString(ledger), description: ledgerOutputDescription });
  }

  /**
   * Creates and updates these constructs only after the migrations, and deletes them before. When one of them fails,
   * the migrations are undone.
   *
   * @param constructs what needs the migrated databases, with everything inside
   * @throws Error for a construct that contains this one, or a database that these migrations need
   * @example
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * const migrations = new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { users: MigrationTarget.aurora(cluster, { databaseName: 'app' }) },
   * });
   * migrations.dependOnMigrations(featureFlags);
   */
  public dependOnMigrations(...constructs: IConstruct[]): void {
    for (const construct of constructs) {
      this.refuseCycle(construct);
      construct.node.addDependency(this.migrations);
    }
  }

  /**
   * Gives a function the physical names of all tables, for `tableName()` of `@cdk-migrations/client`, and deploys its
   * code only after the migrations. It grants no access to the tables.
   *
   * @param fn a function of the app. Its environment gets the variable `MIGRATIONS_TABLES`
   * @throws Error when the migrations themselves need the function
   * @example
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * const migrations = new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   * });
   * migrations.connect(apiFunction);
   */
  public connect(fn: lambda.Function): void {
    const tables = Object.fromEntries([...this.targets].map(([name, target]) => [name, this.tableNames(name, target)]));
    fn.addEnvironment(environmentNames.tables, Stack.of(fn).toJsonString(tables));
    // Only the function itself: its security group, for example, may be part of the database's.
    this.dependOnMigrations(fn.node.defaultChild ?? fn);
  }

  /**
   * The physical name of a table of a DynamoDB target, for grants and environment variables.
   *
   * @param target the target's name in the properties
   * @param logicalName the table's name in migrations
   * @throws Error when there is no such target, or it can have no such table
   * @example
   * import { Table } from 'aws-cdk-lib/aws-dynamodb';
   * import { DatabaseMigrations, MigrationTarget } from 'cdk-migrations';
   *
   * const migrations = new DatabaseMigrations(this, 'Migrations', {
   *   migrationsPath: 'migrations',
   *   targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'app-' }) },
   * });
   * const plans = Table.fromTableName(this, 'Plans', migrations.tableName('meals', 'plans'));
   * plans.grantReadData(apiFunction);
   */
  public tableName(target: string, logicalName: string): string {
    const binding = this.targets.get(target);
    if (!binding) {
      throw new Error(
        `${this.node.path} has no target '${target}'. Its targets: ${[...this.targets.keys()].join(', ')}.`,
      );
    }
    const name = binding.tableName(logicalName);
    if (name !== undefined) return name;
    throw new Error(
      `Target '${target}' of ${this.node.path} has no table '${logicalName}'. ` +
        (binding.databaseKind === 'dynamodb'
          ? `Its tables: ${binding.tables.join(', ')}. Add it to \`tables\`, or set \`tableNamePrefix\`.`
          : 'It is a SQL database; only DynamoDB targets have table names.'),
    );
  }

  private tableNames(name: string, target: TargetBinding): Record<string, string> {
    const logicalNames = [...target.tables, ...createdTables(this.bundle.bundle, name)];
    return Object.fromEntries(logicalNames.map((logicalName) => [logicalName, this.tableName(name, logicalName)]));
  }

  /** Unique in a ledger that several stacks share, and the same in every deployment. */
  private scopeName(): string {
    const stack = Stack.of(this);
    const path = this.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
    return [stack.stackName, ...path].join('/');
  }

  private refuse(errors: readonly string[]): void {
    if (errors.length === 0) return;
    throw new Error([`Invalid configuration of ${this.node.path}:`, ...errors.map((error) => `- ${error}`)].join('\n'));
  }

  private lateErrors(): string[] {
    const own = [...this.targets].flatMap(([name, target]) => target.validate().map((error) => inTarget(name, error)));
    return [
      ...own,
      ...this.earlierOnes().flatMap((other) => clashesBetween([[...this.targets], this], [[...other.targets], other])),
    ];
  }

  /** Those before this one in the app: of two that clash, the later one says so. */
  private earlierOnes(): DatabaseMigrations[] {
    const all = this.node.root.node.findAll().filter((construct) => construct instanceof DatabaseMigrations);
    return all.slice(0, all.indexOf(this));
  }

  private refuseCycle(construct: IConstruct): void {
    const needed = [...this.targets.values()].flatMap(({ resources }) => resources);
    const cause = [this, ...needed].find((resource) => resource.node.scopes.includes(construct));
    if (!cause) return;
    throw new Error(
      `${construct.node.path} cannot wait for ${this.node.path}: ` +
        (cause === this
          ? 'it contains the migrations. '
          : `the migrations need ${cause.node.path}, which is part of it. `) +
        'Pass only constructs that the migrations do not need.',
    );
  }
}

function ledgerErrors({ ledgerTable, encryptionKey }: DatabaseMigrationsProps): string[] {
  if (!ledgerTable || !encryptionKey) return [];
  const name = Token.isUnresolved(ledgerTable.tableName) ? ledgerTable.node.path : ledgerTable.tableName;
  return [
    `encryptionKey cannot be combined with ledgerTable '${name}', which has its own encryption. Omit one of them.`,
  ];
}
