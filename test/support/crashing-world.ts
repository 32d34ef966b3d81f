import type { BundledMigration } from '../../core/bundle/bundle';
import type { HeldLease, ItemTable, Ports, SchemaDatabase, SqlConnection, SqlDatabase, Target } from '../../core/ports';
import type { Outcome, RecordedRequest } from '../../core/request/request';
import type { MigrationsProperties } from '../../core/wire';
import { MemoryWorld } from './memory-world';

/** The process died: nothing after this point happened. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Where a process dies: at which call of a port, and whether the call still took effect. */
export interface CrashPoint {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** A world whose process dies at one call of a port. A dead process calls nothing any more, until it is started again. */
export class CrashingWorld extends MemoryWorld {
  private point: CrashPoint | undefined;
  private calls = 0;
  private dead = false;
  /** What the call was at which the process died, for messages. */
  crashedAt: string | undefined;

  override get ports(): Ports {
    const { ledger, leases, requests, targets, bundles, stacks, claims, segments, clock } = super.ports;
    return {
      ledger: this.watch('ledger', ledger),
      requests: this.watch('requests', requests),
      bundles: this.watch('bundles', bundles),
      stacks: this.watch('stacks', stacks),
      claims: this.watch('claims', claims),
      segments: this.watch('segments', segments),
      clock,
      leases: this.watch('leases', {
        ...bound(leases, ['release', 'inspect', 'revoke']),
        acquire: async (scope, holder, stop) => {
          const lease = await leases.acquire(scope, holder, stop);
          return 'guard' in lease ? this.session(lease) : lease;
        },
      }),
      targets: this.watch('targets', {
        open: async (name, properties, session) => this.target(await targets.open(name, properties, session)),
      }),
    };
  }

  /** Works on a request with a process that dies at the point, and then with as many as it takes. */
  async workWithCrash(recorded: RecordedRequest, point: CrashPoint): Promise<Outcome | undefined> {
    this.arm(point);
    try {
      return await this.work(recorded);
    } catch (error) {
      if (!this.dead) throw error;
      return undefined;
    } finally {
      this.disarm();
    }
  }

  private arm(point: CrashPoint): void {
    this.point = point;
    this.calls = 0;
    this.dead = false;
    this.crashedAt = undefined;
  }

  private disarm(): void {
    this.point = undefined;
    this.dead = false;
  }

  private session(session: HeldLease): HeldLease {
    const { scope, token } = session;
    return { scope, token, guard: () => this.perform('guard', () => session.guard()) };
  }

  private target(target: Target): Target {
    const { databaseKind, traits, sql, tables, items, schema } = target;
    return {
      ...{ databaseKind, traits },
      ...this.watch('target', bound(target, ['prepare', 'history', 'cleanUp'])),
      sql: sql && this.sql(sql),
      schema: schema && this.schema(schema),
      // These are computed, not asked for.
      tables: tables && {
        ...this.watch('tables', bound(tables, tableCalls)),
        physicalName: (table) => tables.physicalName(table),
        scalingFor: (table, index, autoScaling) => tables.scalingFor(table, index, autoScaling),
        defaults: tables.defaults,
      },
      items: items && { table: async (name) => this.itemTable(await items.table(name)) },
    };
  }

  private schema(schema: SchemaDatabase): SchemaDatabase {
    const watched = this.watch('schema', bound(schema, ['snapshot', 'scratch']));
    return {
      ...bound(schema, ['reachesBeyond']),
      snapshot: watched.snapshot,
      scratch: async (name) => {
        const { target, drop } = await watched.scratch(name);
        return {
          target: { ...this.target(target), schema: this.schema(target.schema) },
          ...this.watch('scratch', { drop }),
        };
      },
    };
  }

  private itemTable(table: ItemTable): ItemTable {
    return {
      ...this.watch('items', bound(table, ['estimate', 'divide', 'page', 'find', 'write', 'restore'])),
      // What is read off an item is no call.
      ...bound(table, ['check', 'replaced', 'arriving', 'beforeImage', 'nameOf', 'keyOf', 'hasKeysOf']),
    };
  }

  private sql(sql: SqlDatabase): SqlDatabase {
    const transact: SqlDatabase['transact'] = (change, mark, work, attempt) =>
      sql.transact(change, mark, (connection) => work(this.connection(connection)), attempt);
    return {
      ...this.watch('sql', { ...bound(sql, ['runSection', 'query']), transact }),
      // What is read off texts and values is no call.
      ...bound(sql, ['units', 'isTrue']),
      standalone: {
        ...this.watch('standalone', bound(sql.standalone, standaloneCalls)),
        // What is read off the text of a statement is no call.
        ...bound(sql.standalone, ['runsAlone', 'mustRunAlone', 'saysMissing', 'isRepeatable']),
      },
    };
  }

  private connection(connection: SqlConnection): SqlConnection {
    return this.watch('connection', { execute: connection.execute.bind(connection) });
  }

  private watch<T extends object>(name: string, port: T): T {
    return new Proxy(port, {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...parameters: readonly unknown[]) =>
          this.perform(`${name}.${String(method)}`, async () => Reflect.apply(value, target, parameters));
      },
      ownKeys: (target) => Reflect.ownKeys(target),
      getOwnPropertyDescriptor: (target, key) => Reflect.getOwnPropertyDescriptor(target, key),
    });
  }

  private async perform<T>(what: string, effect: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Crash(`dead since ${this.crashedAt}`);
    this.calls += 1;
    const isHere = this.point?.call === this.calls;
    if (isHere && this.point?.when === 'before') throw this.die(what);
    const result = await effect();
    if (isHere) throw this.die(what);
    return result;
  }

  private die(what: string): Crash {
    this.dead = true;
    this.crashedAt = `${this.point?.when} call ${this.calls}, ${what}`;
    return new Crash(this.crashedAt);
  }
}

/**
 * A first deployment of these migrations whose process died after one of its calls, the first one for which that holds.
 * @throws when it holds after none
 */
export async function diedWhen(
  migrations: readonly BundledMigration[],
  holds: (world: CrashingWorld) => Promise<boolean> | boolean,
): Promise<{
  readonly crashing: CrashingWorld;
  readonly recorded: RecordedRequest;
  readonly properties: MigrationsProperties;
}> {
  for (let call = 1; call < 200; call += 1) {
    const crashing = new CrashingWorld();
    const properties = crashing.revision('A', migrations);
    const recorded = await crashing.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties });
    await crashing.workWithCrash(recorded, { call, when: 'after' });
    if (await holds(crashing)) return { crashing, recorded, properties };
  }
  throw new Error('No process died where it should have.');
}

const tableCalls = [
  'describe',
  'createTable',
  'deleteTable',
  'addIndex',
  'removeIndex',
  'setting',
  'resourcePolicy',
  'change',
  'decreases',
  'scaling',
  'scale',
  'backUp',
] as const;

const standaloneCalls = [
  'look',
  'conflict',
  'fingerprint',
  'remainder',
  'run',
  'isRunning',
  'stop',
  'discard',
] as const;

/** Some methods of an object, bound to it, as an object of their own. */
function bound<T extends object, K extends keyof T>(object: T, methods: readonly K[]): Pick<T, K> {
  const entries = methods.map((method) => {
    const value = object[method];
    return [method, typeof value === 'function' ? value.bind(object) : value] as const;
  });
  return Object.fromEntries(entries) as Pick<T, K>;
}
