import type { MigrationsProperties } from '../wire';

/** Something that asks the engine to act on a scope. */
export type Request = MigrationsRequest | MarkerRequest | SettleRequest;

/** From the Migrations custom resource. */
export interface MigrationsRequest {
  readonly kind: 'migrations';
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly physicalId: string | undefined;
  readonly properties: MigrationsProperties;
  /** Of an Update: where the migrations were kept before it. */
  readonly previous?: Pick<MigrationsProperties, 'Scope' | 'Ledger'>;
}

/** From the commit marker: only its Delete means something. */
export interface MarkerRequest {
  readonly kind: 'marker';
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly physicalId: string | undefined;
  readonly revision: string;
}

/** A stack operation ended (EventBridge), or an operator asks (`migrations repair`). */
export interface SettleRequest {
  readonly kind: 'settle';
  /** True when an operator asks to resume what failed. */
  readonly repair: boolean;
}

/** A request as the ledger keeps it, so that any process can work on it and answer it. */
export interface RecordedRequest {
  /** Tells deliveries apart: the same delivery twice has one key; a request id used again with a new URL another. */
  readonly key: string;
  readonly scope: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly requestId: string;
  readonly actor: string;
  readonly request: Request;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Epoch milliseconds at which CloudFormation stops waiting. */
  readonly answerBy: number;
  /** Where to answer; removed once answered. Whoever has it can answer in our name, so it is never logged. */
  readonly responseUrl?: string;
  readonly outcome?: Outcome;
  readonly answered?: boolean;
}

export interface Outcome {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly physicalId: string;
  readonly reason: string;
  readonly data?: Readonly<Record<string, string>>;
  /** The work goes on after the answer, with what no rollback can follow. */
  readonly continues?: true;
}

/** CloudFormation sends one request for a resource at a time; a delivery of the same request supersedes nothing. */
export function isSuperseded(older: RecordedRequest, by: RecordedRequest): boolean {
  return (
    older.request.kind === 'migrations' &&
    older.key !== by.key &&
    older.requestId !== by.requestId &&
    older.stackId === by.stackId &&
    older.scope === by.scope &&
    older.receivedAt <= by.receivedAt &&
    !older.outcome
  );
}
