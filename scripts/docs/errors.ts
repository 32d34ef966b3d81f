import { dirname } from 'node:path';
import { type CodeFile, type DeclaredCode, readErrorCodes } from './error-codes';

/** A section for each file that declares codes, with what each code means. */
export function errors(): readonly string[] {
  return readErrorCodes().flatMap(section);
}

function section({ path, about, codes }: CodeFile): readonly string[] {
  return [`## ${dirname(path)}`, '', about, '', ...codes.flatMap(entry)];
}

function entry({ code, cause, remedy, payload }: DeclaredCode): readonly string[] {
  const fields = payload.map(({ name, optional, type, about }) => {
    const meaning = about === '' ? '' : ` (${about.replace(/\.$/, '')})`;
    return `\`${name}${optional ? '?' : ''}: ${type}\`${meaning}`;
  });
  return [
    `### ${code}`,
    '',
    cause,
    '',
    `* Remedy: ${remedy}`,
    ...(fields.length > 0 ? [`* Payload: ${fields.join(', ')}`] : []),
    '',
  ];
}
