/** The parts of a good message. What to do next is the error's `hint`. */
export interface MessageParts {
  /** What is wrong, without a full stop: `Unknown target`. */
  readonly what: string;
  /** The value found. */
  readonly seen?: string;
  /** What would have been right: a sentence part, or the values to choose from. */
  readonly allowed?: string | readonly string[];
}

const longestList = 12;

/** Lays a message out as everywhere in this project: `Unknown target "user". Allowed: users, meals.` */
export function describe({ what, seen, allowed }: MessageParts): string {
  const head = seen === undefined ? `${what}.` : `${what} "${seen}".`;
  if (allowed === undefined) return head;
  if (typeof allowed === 'string') return `${head} Allowed: ${allowed}.`;
  if (allowed.length === 0) return `${head} There are none to choose from.`;
  const rest = allowed.length - longestList;
  return `${head} Allowed: ${allowed.slice(0, longestList).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`;
}
