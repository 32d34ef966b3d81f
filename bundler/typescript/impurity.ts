/** What gives other values at other times or places, as a function may write it. */
const impure: readonly string[] = [
  ...['Math.random', 'Date.now', 'performance.now', 'crypto.randomUUID', 'crypto.getRandomValues'],
  ...['process.env', 'process.hrtime', 'fetch', 'setTimeout', 'setImmediate', 'setInterval'],
];

/** Names that no function has. */
const mark = (index: number) => `$impure${index}$`;
const date = '$impureDate$';
const marks: Readonly<Record<string, string>> = {
  ...Object.fromEntries(impure.map((name, index) => [name, mark(index)])),
  Date: date,
};

/**
 * What a function uses besides its arguments that makes its result depend on when and where it is called. The compiler finds
 * it: not in comments, in texts, or behind a name of the function's own. What a helper does is not seen.
 */
export async function impuritiesOf(code: string): Promise<readonly string[]> {
  const { transform } = await import('esbuild');
  const compile = (text: string) => transform(text, { define: marks, logLevel: 'silent' });
  // A method is none without its object.
  const { code: marked } = await compile(`(${code})`).catch(() => compile(`({${code}})`));
  const found = impure.filter((_, index) => marked.includes(mark(index)));
  return marked.includes(`new ${date}()`) ? [...found, 'new Date()'] : found;
}
