import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from '../../aws-error';
import type { CustomResourceTransport } from '../../cloudformation/resource-type';
import type { Environment } from '../service';

/** CloudFormation's answer must not be larger (aws-facts CR-3). The engine judges that; this only bounds memory. */
const MAX_BODY_BYTES = 1_000_000;

/**
 * The pre-signed URLs to which custom resources PUT their answers (aws-facts CR-2). They live as long as the request.
 */
export class ResponseUrls {
  readonly #open = new Map<string, (body: string) => void>();

  constructor(
    private readonly environment: Environment,
    private readonly endpoint: () => string,
  ) {}

  get bucket(): string {
    return `cloudformation-custom-resource-response-${this.environment.region.replaceAll('-', '')}`;
  }

  open(): ReturnType<CustomResourceTransport['openResponse']> {
    const key = `arn:aws:cloudformation:${this.environment.region}:${this.environment.account}:stack/${randomUUID()}`;
    const answer = new Promise<string>((resolve) => this.#open.set(key, resolve));
    return { url: this.#sign(key), answer, close: () => this.#open.delete(key) };
  }

  /** Takes the first answer; a later one is refused as S3 refuses an expired URL. */
  put(key: string, body: Buffer): void {
    const resolve = this.#open.get(key);
    if (!resolve || body.length > MAX_BODY_BYTES) throw new AwsError('AccessDenied', 'Request has expired', 403);
    this.#open.delete(key);
    resolve(body.toString('utf8'));
  }

  #sign(key: string): string {
    const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': now,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Expires': '7200',
      'X-Amz-Signature': randomBytes(32).toString('hex'),
    });
    return `${this.endpoint()}/${this.bucket}/${encodeURIComponent(key)}?${query}`;
  }
}
