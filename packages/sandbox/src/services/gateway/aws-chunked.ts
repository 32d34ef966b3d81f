/**
 * Takes the `aws-chunked` wrapping off a body: `<hex size>[;chunk-signature=..]\r\n<bytes>\r\n`, ended by a chunk of
 * size 0 and trailing checksums. SDKs use it for streams, whose checksum is known only at the end.
 */
export function decodeChunked(headers: Readonly<Record<string, string>>, body: Buffer): Buffer {
  const wrapped =
    headers['content-encoding']?.split(',').some((encoding) => encoding.trim() === 'aws-chunked') ||
    headers['x-amz-content-sha256']?.startsWith('STREAMING-');
  if (!wrapped) return body;
  const parts: Buffer[] = [];
  let position = 0;
  while (position < body.length) {
    const lineEnd = body.indexOf('\r\n', position);
    if (lineEnd < 0) break;
    const size = Number.parseInt(body.toString('latin1', position, lineEnd).split(';')[0] ?? '', 16);
    if (!(size > 0)) break;
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    position = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
