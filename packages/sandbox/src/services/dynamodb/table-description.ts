/** The members of DynamoDB's TableDescription that the sandbox looks at; the others pass through. */
export interface TableDescription {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableId: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly AttributeDefinitions: readonly Readonly<Record<string, unknown>>[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
  readonly LocalSecondaryIndexes?: readonly Readonly<Record<string, unknown>>[];
  readonly StreamSpecification?: { readonly StreamEnabled?: boolean; readonly StreamViewType?: string };
  readonly LatestStreamArn?: string;
  readonly BillingModeSummary?: { readonly BillingMode: string };
  readonly DeletionProtectionEnabled?: boolean;
  readonly ProvisionedThroughput?: Readonly<Record<string, unknown>>;
  readonly TableClassSummary?: { readonly TableClass?: string };
}

interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: string;
}

export interface IndexDescription {
  readonly IndexName: string;
  readonly IndexStatus: string;
  readonly Backfilling?: boolean;
  readonly ProvisionedThroughput?: Readonly<Record<string, unknown>>;
}
