import type { SqlParameter } from '../engine/sql-engine';
import { OID } from '../parameters';

/** A parameter's value as it stands in a statement of MySQL: the Data API's driver puts values into the text. */
export function toLiteral({ typeOid, value }: SqlParameter): string {
  if (value === null) return 'NULL';
  switch (typeOid) {
    case OID.bool:
      return value === 'true' ? 'TRUE' : 'FALSE';
    case OID.bytea:
      return `X'${value.slice('\\x'.length)}'`;
    case OID.int8:
    case OID.float8:
    case OID.numeric:
      return value;
    default:
      return `'${value.replace(/['\\]/g, '$&$&')}'`;
  }
}
