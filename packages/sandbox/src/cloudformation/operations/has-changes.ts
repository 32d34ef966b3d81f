import { isDeepStrictEqual } from 'node:util';
import { declaredBy, type StackRecord } from '../stack/stack-record';
import { evaluateOutputs, type PreparedStack } from '../template/prepare';
import { NESTED_STACK_TYPE } from '../template/template';
import { declaredProperties } from './apply-template';
import type { Engine } from './operation';

/**
 * Whether a template would change a stack at all. With the values that resources have now: when nothing differs under
 * these, no resource is touched and they stay as they are.
 */
export async function hasChanges(engine: Engine, prepared: PreparedStack, record: StackRecord): Promise<boolean> {
  const wanted = prepared.resources.map(({ logicalId }) => logicalId);
  if (!isDeepStrictEqual(new Set(wanted), new Set(Object.keys(record.resources)))) return true;
  try {
    return (await resourcesDiffer(engine, prepared, record)) || outputsDiffer(engine, prepared, record);
  } catch {
    // A value that cannot be resolved now is for the update to report, with events.
    return true;
  }
}

async function resourcesDiffer(engine: Engine, prepared: PreparedStack, record: StackRecord): Promise<boolean> {
  const scope = prepared.scope(engine.valuesOf(record));
  for (const resource of prepared.resources) {
    const before = record.resources[resource.logicalId];
    const declared = declaredProperties(resource, scope);
    if (!before || before.type !== resource.type || !isDeepStrictEqual(declaredBy(before), declared)) return true;
    if (resource.type === NESTED_STACK_TYPE && (await engine.nested.hasChanges(before, declared))) return true;
  }
  return false;
}

function outputsDiffer(engine: Engine, prepared: PreparedStack, record: StackRecord): boolean {
  const outputs = evaluateOutputs(prepared, engine.visibleValuesOf(record));
  return !isDeepStrictEqual(JSON.stringify(outputs), JSON.stringify(record.outputs));
}
