import { errorFromData, hasCode, MigrationError, withDetails } from '../errors/index';
import type { SchemaDifference } from '../schema/differences';

/** How many differences a message has, and how many characters of a definition: it goes into answers of 4096 bytes. */
const most = { differences: 20, characters: 120 };

/** The refusal of a baseline that is not what the database is. */
export function baselineDiffers(
  { target, version }: { readonly target: string; readonly version: string },
  differences: readonly SchemaDifference[],
): MigrationError {
  const count = differences.length;
  const first = differences.slice(0, most.differences).map(describeDifference);
  const more = count > first.length ? ` And ${count - first.length} more.` : '';
  return new MigrationError(
    'BASELINE_DIFFERS',
    `The database of target ${target} is not what its migrations up to the baseline ${version} make of an empty one. ${count === 1 ? 'One difference' : `${count} differences`}: ${first.join('; ')}.${more}`,
    {
      payload: { target, baseline: version, differences: count },
      hint: 'Change the database or the migrations up to the baseline until they agree; or lower the baseline to a version that the database is at. Let the target `ignore` what belongs to others.',
    },
  );
}

/**
 * What stands in the way of comparing, said of migrations that were never applied: their files may still be changed.
 * @param hint what to do besides, where scratch databases can be made elsewhere
 * @returns the error itself when it is about something else
 */
export function notComparable(error: unknown, { version }: { readonly version: string }, hint = ''): unknown {
  if (hasCode(error, 'SCRATCH_UNAVAILABLE')) {
    return withDetails(error, { hint: `Let the user of the secret create databases. ${hint}`.trim() });
  }
  if (!hasCode(error, 'SCRATCH_REFUSED') && !hasCode(error, 'SCRATCH_FAILED')) return error;
  const { code, message, payload, location, cause } = error;
  const isCaused = cause instanceof MigrationError;
  const why = isCaused ? `${String(payload['migration'])} fails on an empty database: ${cause.message}` : message;
  const advice = `To be compared, migrations up to the baseline ${version} run in an empty database. Take out of their files what is not of the database itself, such as roles, and what needs rows; or lower the baseline.`;
  return errorFromData(code, why, { ...{ payload, location, cause }, hint: `${advice} ${hint}`.trim() });
}

function describeDifference({ kind, name, difference, expected = '', actual = '' }: SchemaDifference): string {
  switch (difference) {
    case 'missing':
      return `${kind} ${name} is missing`;
    case 'unexpected':
      return `${kind} ${name} is in the database and in no migration`;
    case 'changed': {
      const [live, wanted] = aroundDifference(inLine(actual), inLine(expected));
      return `${kind} ${name} is "${live}", and by the migrations "${wanted}"`;
    }
  }
}

/** Of long definitions, what both have around the first character that differs. */
function aroundDifference(a: string, b: string): readonly [string, string] {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const from = Math.max(0, Math.max(a.length, b.length) <= most.characters ? 0 : same - most.characters / 4);
  const part = (text: string) => {
    const end = from + most.characters;
    return `${from > 0 ? '...' : ''}${text.slice(from, end)}${text.length > end ? '...' : ''}`;
  };
  return [part(a), part(b)];
}

function inLine(definition: string): string {
  return definition.replace(/\s+/g, ' ').trim();
}
