import type { ServiceRequest } from '../service';

export interface ObjectAddress {
  readonly bucket: string;
  /** Empty when the request is about the bucket. */
  readonly key: string;
}

/** `<bucket>.s3.<region>.amazonaws.com`, `<bucket>.s3.localhost:<port>` and `<bucket>.localhost:<port>`. */
const VIRTUAL_HOST = /^(.+?)\.(?:s3[.-].*|s3|localhost)(?::\d+)?$/;

/** Which object a request means: bucket in the path or in the host name. */
export function addressOf(request: Pick<ServiceRequest, 'path' | 'headers'>): ObjectAddress {
  const virtual = VIRTUAL_HOST.exec(request.headers['host'] ?? '')?.[1];
  if (virtual && virtual !== 's3') return { bucket: virtual, key: request.path.slice(1) };
  const [, bucket = '', ...key] = request.path.split('/');
  return { bucket, key: key.join('/') };
}

/** The object that an `https://` or `s3://` URL names, as template URLs do; undefined when it names none. */
export function addressOfUrl(url: string): ObjectAddress | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host, pathname } = new URL(url);
  const path = decodeURIComponent(pathname);
  if (protocol === 's3:') return { bucket: host, key: path.slice(1) };
  const address = addressOf({ path, headers: { host } });
  return address.bucket !== '' && address.key !== '' ? address : undefined;
}
