/** A document to write as XML. Arrays repeat their element; undefined members are left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

export function xmlDocument(root: string, value: XmlValue, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${content(value)}</${root}>`;
}

/** The query API writes lists as `<Name><member>..</member></Name>`. */
export function members(items: readonly XmlValue[]): XmlValue {
  return { member: items };
}

function content(value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return String(value).replace(/[&<>"\r]/g, (found) => ESCAPES[found] ?? found);
  return Object.entries(value)
    .map(([name, inner]) => element(name, inner))
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('');
  return `<${name}>${content(value)}</${name}>`;
}
