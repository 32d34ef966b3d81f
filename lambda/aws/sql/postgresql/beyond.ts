/** What of a statement reaches beyond its database, in words; the first that fits counts. */
const reaches: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\b(create|alter|drop)\s+(role|group|user)\b(?!\s+mapping)/, 'a role of the whole server'],
  [/\b(grant|revoke)\s((?!\bon\b)[^;])*?\s(to|from)\b/, 'who is a member of a role of the whole server'],
  [/\b(reassign|drop)\s+owned\b/, 'what a role of the whole server owns'],
  [/\b(create|alter|drop)\s+database\b/, 'a database'],
  [/\b(create|alter|drop)\s+tablespace\b/, 'a tablespace of the whole server'],
  [/\balter\s+system\b|\bpg_reload_conf\s*\(/, 'the settings of the whole server'],
  [/\bcomment\s+on\s+(role|database|tablespace)\b/, 'a comment that the whole server has'],
  [/\b(create|alter|drop)\s+subscription\b|\bpg_\w+_replication_slot\s*\(/, 'a subscription or a replication slot'],
  [/\b(create|alter)\s+server\b|\bdblink\w*\s*\(/, 'another server, to which it connects'],
  [/\bpg_(terminate|cancel)_backend\s*\(/, 'the sessions of others'],
  [/\bcopy\b[^;]*\bprogram\b|\blo_export\s*\(/, 'the machine of the server'],
  [/\baws_(lambda|s3)\s*\.\s*\w+\s*\(/, 'what is in AWS'],
];

/**
 * Found in the words of the statement, also in the bodies of its functions: what a function does is not known before it runs. So it
 * rather says of a harmless statement that it reaches beyond than the other way round.
 */
export function reachesBeyond(statement: string): string | undefined {
  const words = plain(statement);
  return reaches.find(([pattern]) => pattern.test(words))?.[1];
}

/** In small letters, without comments. A body may run the texts that are in it; elsewhere a text is only data. */
function plain(statement: string): string {
  const withoutComments = statement.replace(/\/\*[\s\S]*?\*\/|--[^\n]*/g, ' ');
  const hasBody = /\$\w*\$|\bexecute\b|\bbegin\s+atomic\b|\bas\s+'/i.test(withoutComments);
  const words = hasBody ? withoutComments : withoutComments.replace(/'(?:[^']|'')*'/g, "''");
  return words.toLowerCase().replaceAll('"', '');
}
