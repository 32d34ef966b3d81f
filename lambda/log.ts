/** One line of JSON. Nothing that lets others answer in our name, and no data of users, goes to a log. */
export function log(message: string, facts: Readonly<Record<string, unknown>> = {}): void {
  console.log(JSON.stringify({ message, ...facts }));
}
