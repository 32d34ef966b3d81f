/** What a statement reaches beyond its database by how it begins, in words; the first that fits counts. */
const statements: readonly (readonly [beginning: string, what: string])[] = [
  ['(create|alter|drop)\\s+(role|group|user)\\b(?!\\s+mapping)', 'a role of the whole server'],
  ['(grant|revoke)\\s((?!\\bon\\b)[^;])*?\\s(to|from)\\b', 'who is a member of a role of the whole server'],
  ['(reassign|drop)\\s+owned\\b', 'what a role of the whole server owns'],
  ['(create|alter|drop)\\s+database\\b', 'a database'],
  ['(create|alter|drop)\\s+tablespace\\b', 'a tablespace of the whole server'],
  ['alter\\s+system\\b', 'the settings of the whole server'],
  ['comment\\s+on\\s+(role|database|tablespace)\\b', 'a comment that the whole server has'],
  ['(create|alter|drop)\\s+subscription\\b', 'a subscription'],
  ['(create|alter)\\s+server\\b', 'another server, to which it connects'],
  ['copy\\b[^;]*\\bprogram\\b', 'the machine of the server'],
];

/** The same by the functions that it calls. */
const functions: readonly (readonly [name: string, what: string])[] = [
  ['pg_reload_conf', 'the settings of the whole server'],
  ['pg_\\w+_replication_slot', 'a replication slot'],
  ['dblink\\w*', 'another server, to which it connects'],
  ['pg_(terminate|cancel)_backend', 'the sessions of others'],
  ['lo_export', 'the machine of the server'],
  ['aws_(lambda|s3)\\s*\\.\\s*\\w+', 'what is in AWS'],
];

/**
 * Found in the words of the statement. In a body it may be anywhere: what a function does is not known before it runs. So of a
 * harmless statement this rather says that it reaches beyond than the other way round.
 */
export function reachesBeyond(statement: string): string | undefined {
  const withoutComments = statement.replace(/\/\*[\s\S]*?\*\/|--[^\n]*/g, ' ');
  const hasBody = /\$\w*\$|\bexecute\b|\bbegin\s+atomic\b|\bas\s+'/i.test(withoutComments);
  // A body may run the texts that are in it; elsewhere a text is only data.
  const shown = hasBody ? withoutComments : withoutComments.replace(/'(?:[^']|'')*'/g, "''");
  const words = shown.toLowerCase().replaceAll('"', '');
  const begins = (beginning: string) => new RegExp(`${hasBody ? '\\b' : '^\\s*'}${beginning}`).test(words);
  const calls = (name: string) => new RegExp(`\\b${name}\\s*\\(`).test(words);
  const found = statements.find(([beginning]) => begins(beginning)) ?? functions.find(([name]) => calls(name));
  return found?.[1];
}
