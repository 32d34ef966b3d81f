/**
 * A number's digits as a column shows them, with so many decimals; undefined for what is no number, or has more decimals
 * than the column.
 */
export function decimalText(digits: string, scale: number | undefined): string | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(digits.trim());
  if (!match || `${match[2]}${match[3] ?? ''}` === '') return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const point = whole.length + Number(exponent);
  const all = `${whole}${fraction}`;
  const shifted = point > all.length ? all.padEnd(point, '0') : all.padStart(all.length - Math.min(0, point), '0');
  const at = Math.max(0, point);
  const before = shifted.slice(0, at).replace(/^0+(?=\d)/, '') || '0';
  const decimals = shifted.slice(at);
  const after = scale === undefined ? decimals : decimals.replace(/0+$/, '').padEnd(scale, '0');
  if (scale !== undefined && after.length > scale) return undefined;
  const isZero = /^0*$/.test(before + after);
  return `${sign === '-' && !isZero ? '-' : ''}${before}${after === '' ? '' : `.${after}`}`;
}

/**
 * A time of ISO 8601 in UTC as a column shows it, with so many decimals of a second; any other text as it is. Undefined for
 * one with more decimals than the column.
 */
export function timestampText(text: string, kind: 'timestamp' | 'instant', scale?: number): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|\+00(?::?00)?)?$/.exec(text);
  if (!match) return text;
  const [, day, time, fraction = ''] = match;
  const kept = fraction.replace(/0+$/, '').padEnd(scale ?? 0, '0');
  if (scale !== undefined && kept.length > scale) return undefined;
  return `${day} ${time}${kept === '' ? '' : `.${kept}`}${kind === 'instant' ? '+00' : ''}`;
}

/** A time of a day, or a duration, as a column with so many decimals shows it; undefined for any other text. */
export function timeText(text: string, scale: number): string | undefined {
  const [, sign = '', hours, rest, fraction = ''] = /^(-?)(\d{1,3})(:\d\d:\d\d)(?:\.(\d+))?$/.exec(text) ?? [];
  const kept = fraction.replace(/0+$/, '').padEnd(scale, '0');
  if (hours === undefined || kept.length > scale) return undefined;
  return `${sign}${hours.padStart(2, '0')}${rest}${kept === '' ? '' : `.${kept}`}`;
}

/** One of these words, or several of them with commas, in their order; undefined for others. */
export function wordsText(text: string, words: readonly string[], areSeveral: boolean): string | undefined {
  const given = areSeveral ? text.split(',').filter((word) => word !== '') : [text];
  if (!given.every((word) => words.includes(word))) return undefined;
  return areSeveral ? words.filter((word) => given.includes(word)).join(',') : text;
}

/** The digits of a number of 32 bits that tell it from its neighbours. */
export function shortestSingle(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const text = Number(single.toPrecision(digits));
    if (Math.fround(text) === single) return String(text);
  }
  return String(single);
}
