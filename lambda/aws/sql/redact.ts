/**
 * A message of PostgreSQL without the rows of users: reasons, logs and audit events are read by people who may not read the
 * table (G6). DETAIL quotes keys and whole rows. Errors about values (SQLSTATE class 22) quote the value in the message
 * itself; all other messages quote names.
 * Layouts: aws-facts RDS-5.
 */
export function withoutRows(message: string): string {
  const sqlState = /SQLState: (\w{5})/.exec(message)?.[1];
  const detail = /(?:; |\n\s*)(?:Detail|Where): /.exec(message);
  const kept = detail ? message.slice(0, detail.index) : message;
  const told = isAboutValue(kept, sqlState) ? kept.replace(/"(?:[^"]|"(?=\w))*"/g, '"..."') : kept;
  const safe = told.replace(/(at or near )"'.*$/s, '$1a literal');
  return sqlState === undefined || safe.includes(sqlState) ? safe : `${safe}; SQLState: ${sqlState}`;
}

function isAboutValue(message: string, sqlState: string | undefined): boolean {
  if (sqlState !== undefined) return sqlState.startsWith('22');
  return /invalid input|out of range|malformed|invalid value/.test(message);
}
