import type {
  SetDeletionProtection,
  SetPointInTimeRecovery,
  SetStream,
  SetTableClass,
  SetTimeToLive,
  Tag,
  Untag,
} from '../../../bundle/setting-operations';
import type { TableOperation } from '../../../bundle/table-operations';
import { defaultRecoveryDays, type SettingName, type TableSettings } from '../../../bundle/table-settings';
import { ensureSetting } from './ensure-setting';
import { existing, type Operation } from './table-operation';

type Setting = Exclude<SettingName, 'tags'>;

/** An operation that gives a setting a value, whatever it was before. */
function setting<O extends TableOperation, N extends Setting>(
  name: N,
  wanted: (operation: O) => TableSettings[N],
): Operation<O> {
  return {
    async observe({ kind, table }, { target }) {
      await existing(table, target, kind);
      return { exists: true, settings: { [name]: await target.setting(table, name) } };
    },
    async apply(operation, context) {
      await existing(operation.table, context.target, operation.kind);
      return ensureSetting(context, operation.table, name, wanted(operation));
    },
    async invert({ table }, context, { settings }) {
      const before = settings?.[name] as TableSettings[N] | undefined;
      return before === undefined ? 'done' : ensureSetting(context, table, name, before);
    },
  };
}

export const setStream = setting<SetStream, 'stream'>('stream', ({ view }) => view);

export const setTimeToLive = setting<SetTimeToLive, 'timeToLive'>('timeToLive', ({ attribute }) => attribute);

export const setPointInTimeRecovery = setting<SetPointInTimeRecovery, 'pointInTimeRecovery'>(
  'pointInTimeRecovery',
  ({ enabled, days = defaultRecoveryDays }) => (enabled ? days : null),
);

export const setTableClass = setting<SetTableClass, 'tableClass'>('tableClass', ({ tableClass }) => tableClass);

export const setDeletionProtection = setting<SetDeletionProtection, 'deletionProtection'>(
  'deletionProtection',
  ({ enabled }) => enabled,
);

type Tags = TableSettings['tags'];

/** An operation on some tags: the others are none of its business, also when it is undone. */
function tagging<O extends Tag | Untag>(keysOf: (operation: O) => readonly string[], valuesOf: (operation: O) => Tags) {
  const replace = (current: Tags, keys: readonly string[], values: Tags): Tags => {
    const others = Object.entries(current).filter(([key]) => !keys.includes(key));
    const own = Object.entries(values).filter(([key]) => keys.includes(key));
    return Object.fromEntries([...others, ...own]);
  };
  return {
    async observe({ kind, table }, { target }) {
      await existing(table, target, kind);
      return { exists: true, settings: { tags: await target.setting(table, 'tags') } };
    },
    async apply(operation, context) {
      const { kind, table } = operation;
      await existing(table, context.target, kind);
      const current = await context.target.setting(table, 'tags');
      return ensureSetting(context, table, 'tags', replace(current, keysOf(operation), valuesOf(operation)));
    },
    async invert(operation, context, { settings }) {
      const { table } = operation;
      if (!settings?.tags || !(await context.target.describe(table))) return 'done';
      const current = await context.target.setting(table, 'tags');
      return ensureSetting(context, table, 'tags', replace(current, keysOf(operation), settings.tags));
    },
  } satisfies Operation<O>;
}

export const tag = tagging<Tag>(
  ({ tags }) => Object.keys(tags),
  ({ tags }) => tags,
);

export const untag = tagging<Untag>(
  ({ keys }) => keys,
  () => ({}),
);
