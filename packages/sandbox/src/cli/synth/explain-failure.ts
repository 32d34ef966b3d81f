/** Lines of an app's output that are shown if nothing in it looks like an error message. */
const lastLines = 30;

const thrown = /^(Uncaught )?\w*Error\b.*: /;
const stackFrame = /^\s{4,}at .*(:\d+:\d+\)?|\(<anonymous>\)|\(native\)|node:internal.*)$/;

/** Why an app failed: the message of the error that it threw, without the frames around it. */
export function explainFailure(output: string): string {
  const lines = output.trimEnd().split(/\r?\n/);
  const start = lines.findIndex((line) => thrown.test(line));
  if (start < 0) return lines.slice(-lastLines).join('\n');
  const rest = lines.slice(start);
  const end = rest.findIndex((line) => stackFrame.test(line));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .trimEnd();
}
