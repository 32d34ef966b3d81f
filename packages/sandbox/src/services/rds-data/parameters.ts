import type { Input } from '../input';
import type { SqlParameter } from './engine/sql-engine';
import type { Refuse } from './errors';

/** PostgreSQL's type OIDs that parameters are declared with. */
export const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  text: 25,
  json: 114,
  float8: 701,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  numeric: 1700,
  uuid: 2950,
  unknown: 0,
};

/**
 * A string parameter is declared as text: inserting one into a uuid column fails with "operator does not exist" or
 * "is of type uuid but expression is of type text" (seen in the field) unless the SQL casts or a hint says UUID.
 */
const HINTS: Readonly<Record<string, { readonly typeOid: number; readonly form: RegExp; readonly example: string }>> = {
  DATE: { typeOid: OID.date, form: /^\d{4}-\d\d-\d\d$/, example: 'YYYY-MM-DD' },
  DECIMAL: { typeOid: OID.numeric, form: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, example: '12.34' },
  JSON: { typeOid: OID.json, form: /[\s\S]/, example: '{"a":1}' },
  TIME: { typeOid: OID.time, form: /^\d\d:\d\d:\d\d(\.\d+)?$/, example: 'HH:MM:SS[.FFF]' },
  TIMESTAMP: {
    typeOid: OID.timestamp,
    form: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/,
    example: 'YYYY-MM-DD HH:MM:SS[.FFF]',
  },
  UUID: { typeOid: OID.uuid, form: /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, example: 'a UUID' },
};

type Convert = (value: never) => SqlParameter;

const FIELDS: Readonly<Record<string, Convert>> = {
  isNull: () => ({ typeOid: OID.unknown, value: null }),
  booleanValue: (value: boolean) => ({ typeOid: OID.bool, value: String(value) }),
  longValue: (value: number) => ({ typeOid: OID.int8, value: String(value) }),
  doubleValue: (value: number | string) => ({ typeOid: OID.float8, value: String(value) }),
  stringValue: (value: string) => ({ typeOid: OID.text, value }),
  blobValue: (value: string) => ({
    typeOid: OID.bytea,
    value: `\\x${Buffer.from(value, 'base64').toString('hex')}`,
  }),
};

/** The parameters of a call in the order of the SQL's numbers. A value that the SQL does not name is ignored. */
export function bind(names: readonly string[], given: readonly Input[], refuse: Refuse): readonly SqlParameter[] {
  const byName = new Map(given.map((parameter) => [parameter['name'], parameter]));
  return names.map((name) => {
    const parameter = byName.get(name);
    if (parameter) return convert(name, parameter, refuse);
    throw refuse(`Cannot find parameter: ${name}. The SQL names it; give it in 'parameters', or quote the colon.`);
  });
}

function convert(name: string, parameter: Input, refuse: Refuse): SqlParameter {
  const [kind, value] = Object.entries((parameter['value'] ?? {}) as Input).find(([, member]) => member !== null) ?? [];
  const field = FIELDS[kind ?? ''];
  if (kind === 'arrayValue') throw refuse(`Array parameters are not supported. Parameter '${name}' has an arrayValue.`);
  if (!field || value === undefined) {
    throw refuse(
      `Parameter '${name}' has the value ${JSON.stringify(parameter['value'] ?? null)}. Give one of: ${Object.keys(FIELDS).join(', ')}.`,
    );
  }
  return withHint(name, field(value as never), parameter['typeHint'], refuse);
}

function withHint(name: string, parameter: SqlParameter, typeHint: unknown, refuse: Refuse): SqlParameter {
  if (typeHint === undefined || typeHint === null) return parameter;
  const hint = HINTS[String(typeHint)];
  if (!hint)
    throw refuse(`Parameter '${name}' has the typeHint '${typeHint}'. Allowed: ${Object.keys(HINTS).join(', ')}.`);
  if (parameter.value !== null && !hint.form.test(parameter.value)) {
    throw refuse(
      `Parameter '${name}' has the typeHint ${typeHint} and the value '${parameter.value}'. Its form must be ${hint.example}.`,
    );
  }
  return { typeOid: hint.typeOid, value: parameter.value };
}
