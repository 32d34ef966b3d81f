import type { DynamoDbMigration } from '../../authoring';
import type { TableAction } from '../../core/bundle/bundle';
import { tableChange, unsafeChange, unsafeChanges } from '../../core/bundle/safety';
import type { TableOperation } from '../../core/bundle/table-operations';
import { migrationId } from '../../core/bundle/version';
import { type ErrorLocation, MigrationError } from '../../core/errors/index';
import { type Draft, phaseList } from '../draft';
import type { MigrationFile } from '../folder';
import type { ReportError } from '../report';
import { unusedPermission } from '../sql/permissions';
import type { Places } from './places';

type Tables = Pick<Draft, 'kind' | 'phases'>;

/** Reads what `dynamodb()` declares. */
export function readTables(
  migration: DynamoDbMigration,
  file: MigrationFile,
  place: Places,
  report: ReportError,
): Tables {
  const { up, contract = [], irreversible = false } = migration;
  if (up.length + contract.length === 0) {
    const hint = 'Add the operations to up, or delete the file if it was never applied.';
    const message = 'The migration has no operation in up or contract.';
    report(new MigrationError('EMPTY_MIGRATION', message, { hint, location: place.ofExport() }));
  }
  for (const operation of [...up, ...contract]) {
    if (operation.kind === 'rebuildTable')
      report(switchingNotAvailable(operation.table, place.ofText(operation.table)));
  }
  const changes = up.flatMap((operation) => {
    const change = tableChange(operation);
    return change ? [[change, operation] as const] : [];
  });
  const operationOf = new Map(changes);
  const unsafe = unsafeChanges([...operationOf.keys()]);
  for (const change of unsafe) {
    const operation = operationOf.get(change)!;
    const hint = hintForTables(operation, irreversible);
    if (hint === undefined) continue;
    report(unsafeChange(migrationId(file.target, file.version), { ...change, location: place.ofExport() }, hint));
  }
  const needReason = new Set(unsafe.map((change) => operationOf.get(change)));
  for (const operation of [...up, ...contract]) {
    if (!('allowDestructive' in operation) || needReason.has(operation)) continue;
    report(unusedPermission('allowDestructive', operation.kind, place.ofText(operation.allowDestructive ?? '')));
  }
  return {
    kind: 'dynamodb',
    phases: phaseList({ up: up.map(toAction), contract: contract.map(toAction) }),
  };
}

/** What is missing before a destructive operation may stay in `up`; undefined when nothing is. */
function hintForTables(operation: TableOperation, irreversible: boolean): string | undefined {
  const hasReason = 'allowDestructive' in operation && operation.allowDestructive !== undefined;
  const isFinal = operation.kind === 'deleteTable';
  if (hasReason && (irreversible || !isFinal)) return undefined;
  if (hasReason) return 'Move it to the contract phase, or declare the migration irreversible too.';
  return isFinal
    ? 'Move it to the contract phase, or give the operation a reason in allowDestructive and declare the migration irreversible.'
    : 'Move it to the contract phase, or give the operation a reason in allowDestructive.';
}

/** A copy, so that nothing of the context in which the file was evaluated stays in the bundle. */
function toAction(operation: TableOperation): TableAction {
  return { type: 'table', operation: structuredClone(operation) };
}

function switchingNotAvailable(table: string, location: ErrorLocation): MigrationError {
  return new MigrationError(
    'SWITCHING_NOT_AVAILABLE',
    `rebuildTable ${table} copies the table and switches its readers and writers over, which this version cannot do yet.`,
    {
      payload: { table },
      hint: 'Create a table with the new keys under another name, fill it, and point the application to it in a later release.',
      location,
    },
  );
}
