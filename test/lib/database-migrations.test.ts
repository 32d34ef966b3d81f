import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Duration } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { DatabaseMigrations, MigrationsRemovalPolicy, MigrationTarget, OlderRevisionPolicy } from '../../lib';
import { auroraCluster, CREATE_PLANS, CREATE_USERS, folderWith, Synthesized, testApp, testStack } from './support';

const ROLES_AND_POLICIES = /^AWS::(IAM::(Role|Policy|ManagedPolicy)|Lambda::|StepFunctions::|Events::)/;

describe('DatabaseMigrations with one target of each kind', () => {
  let migrations: DatabaseMigrations;
  let template: Synthesized;

  beforeAll(() => {
    const stack = testStack('Shop');
    migrations = new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith({ ...CREATE_USERS, ...CREATE_PLANS }),
      targets: {
        users: MigrationTarget.aurora(auroraCluster(stack), { databaseName: 'shop' }),
        meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-' }),
      },
    });
    template = new Synthesized(stack);
  });

  it('gives the Migrations resource the properties that the engine expects', () => {
    const [, { Properties }] = template.one('Custom::DatabaseMigrations');
    const { Targets, Bundle, ServiceToken, ...rest } = Properties;

    expect(rest).toEqual({
      Format: '1',
      Scope: 'Shop/Db',
      Ledger: { Ref: expect.stringMatching(/^DbLedger/) },
      Revision: migrations.revision,
      OnOlderRevision: 'refuse',
      OnRemoval: 'retain',
      ForwardSeconds: '2400',
      ServiceTimeout: '3600',
    });
    expect(Bundle).toEqual({
      Bucket: { 'Fn::Sub': expect.stringContaining('assets') },
      Key: `${migrations.revision}.json`,
      Digest: migrations.revision,
    });
    expect(ServiceToken).toEqual({ 'Fn::GetAtt': [template.one('AWS::Lambda::Function', 'OnEvent')[0], 'Arn'] });
    expect(Object.keys(Targets)).toEqual(['users', 'meals']);
  });

  it('gives the commit marker its scope and revision, and makes it wait for the migrations', () => {
    const [id, marker] = template.one('Custom::DatabaseMigrationsCommit');
    const [migrationsId, { Properties }] = template.one('Custom::DatabaseMigrations');

    expect(marker.Properties).toEqual({
      ServiceToken: Properties.ServiceToken,
      ServiceTimeout: '3600',
      Format: '1',
      Scope: 'Shop/Db',
      Revision: migrations.revision,
    });
    expect(marker.DependsOn).toEqual([migrationsId]);
    expect([...template.resources.keys()].filter((other) => template.needs(other).has(id))).toEqual([]);
  });

  it('runs the first request only when the databases and every permission exist', () => {
    const [id] = template.one('Custom::DatabaseMigrations');
    const needed = template.needs(id);
    const expected = [...template.resources].filter(
      ([, { Type }]) => ROLES_AND_POLICIES.test(Type) || ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance'].includes(Type),
    );

    expect(expected).toHaveLength(25);
    for (const [other] of expected) expect(needed).toContain(other);
    expect(template.cycles()).toEqual([]);
  });

  it('creates five functions from one asset, with the newest runtime', () => {
    const functions = template.ids('AWS::Lambda::Function').map((id) => template.resources.get(id)!.Properties);

    expect(functions.map(({ Handler }) => Handler)).toEqual([
      'index.undelivered',
      'index.onEvent',
      'index.tick',
      'index.work',
      'index.respond',
    ]);
    expect(new Set(functions.map(({ Code }) => JSON.stringify(Code))).size).toBe(1);
    for (const { Runtime } of functions) expect(Runtime).toBe('nodejs24.x');
  });

  it('never changes the ids by which CloudFormation recognises resources', () => {
    expect(template.ids('AWS::Lambda::Function')).toEqual([
      'DbEngineUndeliveredA0124563',
      'DbEngineOnEventA5631D03',
      'DbEngineTick3E27FA3F',
      'DbEngineWork680F32F2',
      'DbEngineRespondF9D771E2',
    ]);
  });

  it('tells the functions where the ledger and the machine are', () => {
    const environment = (name: string) =>
      template.one('AWS::Lambda::Function', name)[1].Properties.Environment.Variables;
    const ledger = { Ref: template.one('AWS::DynamoDB::Table')[0] };

    const common = {
      MIGRATIONS_LEDGER_TABLE: ledger,
      MIGRATIONS_LEASE_SECONDS: '60',
      MIGRATIONS_SCOPE: 'Shop/Db',
    };

    expect(environment('OnEvent')).toEqual({
      ...common,
      MIGRATIONS_STATE_MACHINE: { Ref: template.one('AWS::StepFunctions::StateMachine')[0] },
    });
    expect(environment('Undelivered')).toEqual(environment('OnEvent'));
    expect(environment('Tick')).toEqual({ ...common, MIGRATIONS_PROTECT_LEDGER: 'true' });
    expect(environment('Respond')).toEqual(common);
  });

  it('hands events that no attempt of the first function could work on to another one, within the time for applying', () => {
    const [, { Properties }] = template.one('AWS::Lambda::EventInvokeConfig');

    expect(Properties).toEqual({
      FunctionName: { Ref: template.one('AWS::Lambda::Function', 'OnEvent')[0] },
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 2400,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [template.one('AWS::Lambda::Function', 'Undelivered')[0], 'Arn'] } },
      },
    });
  });

  it('creates a log group and a ledger that outlive the stack, but not a deployment that fails to create them', () => {
    const [, ledger] = template.one('AWS::DynamoDB::Table');
    const [, logs] = template.one('AWS::Logs::LogGroup');

    for (const kept of [ledger, logs]) {
      expect(kept).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
    // A protected table could not be deleted, and the rollback of its creation would fail: the engine protects it.
    expect(ledger.Properties.DeletionProtectionEnabled).toBeUndefined();
    expect(ledger.Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'timeToLive', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('is told when an operation on its own stack has ended', () => {
    const [, { Properties }] = template.one('AWS::Events::Rule');

    expect(Properties.EventPattern).toEqual({
      source: ['aws.cloudformation'],
      'detail-type': ['CloudFormation Stack Status Change'],
      detail: {
        'stack-id': [{ Ref: 'AWS::StackId' }],
        'status-details': {
          status: [
            'CREATE_COMPLETE',
            'CREATE_FAILED',
            'ROLLBACK_COMPLETE',
            'UPDATE_COMPLETE',
            'UPDATE_FAILED',
            'UPDATE_ROLLBACK_COMPLETE',
            'UPDATE_ROLLBACK_FAILED',
          ],
        },
      },
    });
    expect(Properties.Targets[0].Arn).toEqual({
      'Fn::GetAtt': [template.one('AWS::Lambda::Function', 'OnEvent')[0], 'Arn'],
    });
  });

  it('starts standard executions that are traced, and log errors without the data of requests', () => {
    const [, { Properties }] = template.one('AWS::StepFunctions::StateMachine');

    expect(Properties.StateMachineType).toBe('STANDARD');
    expect(Properties.LoggingConfiguration).toMatchObject({ Level: 'ERROR', IncludeExecutionData: false });
    expect(Properties.TracingConfiguration).toEqual({ Enabled: true });
    expect(JSON.stringify(Properties.DefinitionString)).not.toContain('ResponseURL');
  });

  it('adds 26 resources and a policy for its targets, besides the databases', () => {
    const own = [...template.resources.keys()].filter((id) => id.startsWith('Db'));

    expect(own).toHaveLength(26 + 1);
    const guide = readFileSync(join(__dirname, '../../docs/construct.md'), 'utf8');
    expect(guide).toContain('\n26 resources, ');
    const [functions, roles] = ['AWS::Lambda::Function', 'AWS::IAM::Role'].map((type) => template.ids(type).length);
    expect(guide).toContain(`\n| ${functions} Lambda functions | `);
    expect(guide).toContain(`\n| ${roles} roles, `);
  });
});

describe('the properties', () => {
  const plans = () => folderWith(CREATE_PLANS);
  const targets = () => ({ meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-' }) });

  it('the properties reach the engine', () => {
    const stack = testStack();
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: plans(),
      targets: targets(),
      onOlderRevision: OlderRevisionPolicy.DOWNGRADE,
      onRemoval: MigrationsRemovalPolicy.UNDO,
      timeout: Duration.minutes(20),
      forwardTimeout: Duration.minutes(10),
      lease: Duration.seconds(30),
    });
    const template = new Synthesized(stack);

    expect(template.one('Custom::DatabaseMigrations')[1].Properties).toMatchObject({
      OnOlderRevision: 'downgrade',
      OnRemoval: 'undo',
      ForwardSeconds: '600',
      ServiceTimeout: '1200',
    });
    expect(template.one('Custom::DatabaseMigrationsCommit')[1].Properties.ServiceTimeout).toBe('1200');
    const { Environment, Timeout } = template.one('AWS::Lambda::Function', 'Tick')[1].Properties;
    expect(Environment.Variables.MIGRATIONS_LEASE_SECONDS).toBe('30');
    expect(Timeout).toBe(200);
  });

  it('constructs may share a ledger, each with a scope of its own', () => {
    const stack = testStack('Shop');
    const ledgerTable = dynamodb.Table.fromTableName(stack, 'Ledger', 'all-migrations');
    for (const id of ['A', 'B']) {
      new DatabaseMigrations(stack, id, {
        migrationsPath: plans(),
        targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: `shop-${id}-` }) },
        ledgerTable,
      });
    }
    const template = new Synthesized(stack);

    expect(template.ids('AWS::DynamoDB::Table')).toEqual([]);
    const scopes = template.ids('Custom::DatabaseMigrations').map((id) => template.resources.get(id)!.Properties.Scope);
    expect(scopes).toEqual(['Shop/A', 'Shop/B']);
  });

  it('a given key encrypts the ledger, and the functions may use it', () => {
    const stack = testStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    new DatabaseMigrations(stack, 'Db', { migrationsPath: plans(), targets: targets(), encryptionKey });
    const template = new Synthesized(stack);

    const keyArn = { 'Fn::GetAtt': [template.one('AWS::KMS::Key')[0], 'Arn'] };
    expect(template.one('AWS::DynamoDB::Table')[1].Properties.SSESpecification).toMatchObject({
      SSEType: 'KMS',
      KMSMasterKeyId: keyArn,
    });
    for (const name of ['OnEventRole', 'UndeliveredRole', 'TickRole', 'RespondRole']) {
      expect(template.one('AWS::IAM::Policy', name)[1].Properties.PolicyDocument.Statement).toContainEqual({
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
        Resource: keyArn,
      });
    }
  });
});

describe('the revision', () => {
  it('is the same for the same files in another folder and another app, and names the asset', () => {
    const made = ['One', 'Two'].map((name) => {
      const app = testApp();
      const stack = testStack(name, app);
      const migrations = new DatabaseMigrations(stack, 'Db', {
        migrationsPath: folderWith({ ...CREATE_PLANS, ...CREATE_USERS }),
        targets: {
          meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-' }),
          users: MigrationTarget.aurora(auroraCluster(stack), { databaseName: 'shop' }),
        },
      });
      app.synth();
      return { revision: migrations.revision, files: readdirSync(app.outdir), folder: app.outdir };
    });

    expect(made[0]!.revision).toMatch(/^[0-9a-f]{64}$/);
    expect(made[1]!.revision).toBe(made[0]!.revision);
    for (const { files, revision, folder } of made) {
      expect(files).toContain(`${revision}.json`);
      const assets = require(join(folder, files.find((name) => name.endsWith('.assets.json'))!));
      expect(assets.files[revision].source).toEqual({ path: `${revision}.json`, packaging: 'file' });
    }
  });

  it('changes with the content of a migration', () => {
    const revisions = ['id', 'key'].map((key) => {
      const text = CREATE_PLANS['meals/1.0.0_create_plans.ts'].replace("'id'", `'${key}'`);
      return new DatabaseMigrations(testStack(), 'Db', {
        migrationsPath: folderWith({ 'meals/1.0.0_create_plans.ts': text }),
        targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'shop-' }) },
      }).revision;
    });

    expect(revisions[0]).not.toBe(revisions[1]);
  });
});

describe('a warning about a migration', () => {
  const text =
    '-- irreversible: true\n-- migrate:up\nCREATE UNIQUE INDEX email ON users (email) NULLS NOT DISTINCT;\n' +
    'MERGE INTO users USING old_users AS old ON users.id = old.id WHEN NOT MATCHED BY SOURCE AND users.gone THEN DELETE;\n';

  it('is a warning of the construct, with its place, and does not keep the app from being synthesized', () => {
    const app = testApp();
    const stack = testStack('Stack', app);
    new DatabaseMigrations(stack, 'Db', {
      migrationsPath: folderWith({ 'users/1.0.0_email.sql': text }),
      targets: { users: MigrationTarget.aurora(auroraCluster(stack), { databaseName: 'shop' }) },
    });
    const warnings = Annotations.fromStack(stack).findWarning('/Stack/Db', Match.anyValue());

    expect(warnings.map(({ entry }) => entry.data)).toEqual([
      expect.stringMatching(
        /1\.0\.0_email\.sql:3:1 CREATE INDEX .*\[create-index\].* \[ack: cdk-migrations:SLOW_STATEMENT\]$/,
      ),
      expect.stringMatching(
        /1\.0\.0_email\.sql:4:1 PostgreSQL has WHEN NOT MATCHED BY SOURCE since version 17; the cluster has version 16\./,
      ),
    ]);
    expect(app.synth().stacks).toHaveLength(1);
  });
});
