import { invalid } from '../template/template';
import type { StackOutput, StackRecord } from './stack-record';
import type { StackStore } from './stack-store';

export interface StackExport {
  readonly name: string;
  readonly value: string;
  readonly stackId: string;
  readonly stackName: string;
}

export function listExports(store: StackStore): readonly StackExport[] {
  return store.list().flatMap((record) =>
    record.outputs.flatMap(({ exportName, value }) => {
      return exportName === undefined ? [] : [{ name: exportName, value, stackId: record.id, stackName: record.name }];
    }),
  );
}

export function importedValue(store: StackStore, name: string): string {
  const found = listExports(store).find((candidate) => candidate.name === name);
  if (found) return found.value;
  throw invalid(`No export named ${name} found.`);
}

/** Refuses to delete a stack while another one imports its exports. */
export function refuseDeleteOfUsedExports(store: StackStore, record: StackRecord): void {
  for (const { exportName } of record.outputs) {
    const user = exportName === undefined ? undefined : importer(store, record, exportName);
    if (user) throw invalid(`Export ${exportName} cannot be deleted as it is in use by ${user}`);
  }
}

/** Why these outputs may not replace those of the stack, or undefined. Found at the end of an operation, as in AWS. */
export function exportConflict(
  store: StackStore,
  record: StackRecord,
  outputs: readonly StackOutput[],
): string | undefined {
  const next = new Map(outputs.map((output) => [output.exportName, output.value]));
  for (const { exportName, value } of record.outputs) {
    const user = exportName === undefined ? undefined : importer(store, record, exportName);
    if (!user) continue;
    if (!next.has(exportName)) return `Export ${exportName} cannot be deleted as it is in use by ${user}`;
    if (next.get(exportName) !== value) return `Export ${exportName} cannot be updated as it is in use by ${user}`;
  }
  const taken = listExports(store).find((other) => other.stackId !== record.id && next.has(other.name));
  return (
    taken &&
    `Export with name ${taken.name} is already exported by stack ${taken.stackName}. Rollback requested by user.`
  );
}

function importer(store: StackStore, exporter: StackRecord, name: string): string | undefined {
  return store.list().find((other) => other.id !== exporter.id && other.imports.includes(name))?.name;
}
