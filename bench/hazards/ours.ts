import type { SqlReader } from '../../test/support/sql-reader';
import type { HazardCase } from './hazard-case';

/** What ours say of a case: the names of rules, and the codes of errors. */
export function findings(read: SqlReader, { sql, before = [], section, alone }: HazardCase): readonly string[] {
  const files = [
    ...before.map((text) => `-- irreversible: true\n-- migrate:up\n${text}\n`),
    textOf(sql, section, alone),
  ];
  const { errors, warnings } = read(files);
  const last = `sample-${before.length}.sql`.replace('-0', '');
  const own = [...errors, ...warnings].filter(({ location, code }) => location?.file === last && code !== apart);
  return own.map(({ code, payload }) => (typeof payload.rule === 'string' ? payload.rule : code));
}

/** That nothing takes a change back is no hazard of running it. */
const apart = 'IRREVERSIBLE_CHANGE';

function textOf(sql: string, section = 'up', alone = false): string {
  const option = alone ? ' transaction:false' : '';
  if (section === 'down') return `-- migrate:up\nselect 1;\n-- migrate:down${option}\n${sql}\n`;
  return `${section === 'up' ? '-- irreversible: true\n' : ''}-- migrate:${section}${option}\n${sql}\n`;
}
