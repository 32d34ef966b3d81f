import fc, { type Scheduler } from 'fast-check';
import { actionsOf, type BundledMigration } from '../../core/bundle/bundle';
import { drive } from '../../core/engine/drive';
import { verifyChain } from '../../core/ledger/audit';
import type { Ports, Target } from '../../core/ports';
import type { Outcome, RecordedRequest, Request } from '../../core/request/request';
import type { MigrationsProperties } from '../../core/wire';
import { createTable, MemoryWorld, scope, sqlMigration, tableMigration } from '../support/memory-world';

/** One update of the stack, and what goes wrong on the way. */
export interface Operation {
  /** How the stack update ends apart from our resource. `gives-up`: CloudFormation stops waiting for us at once. */
  readonly rest: 'succeeds' | 'fails' | 'gives-up';
  /** A statement of the new migration fails. */
  readonly broken: boolean;
  /** Deliveries of each request beyond the first. */
  readonly duplicates: number;
  /** The Delete of the old marker never arrives. */
  readonly markerLost: boolean;
  /** Stack events that arrive: none, one or two. */
  readonly events: number;
  /** Port calls after which processes of this operation die, one after another. */
  readonly deaths: readonly number[];
}

const operation: fc.Arbitrary<Operation> = fc.record({
  rest: fc.constantFrom('succeeds', 'succeeds', 'fails', 'gives-up'),
  broken: fc.boolean(),
  duplicates: fc.nat({ max: 2 }),
  markerLost: fc.boolean(),
  events: fc.nat({ max: 2 }),
  deaths: fc.array(fc.nat({ max: 60 }), { maxLength: 3 }),
});

/** A whole life of a stack: updates with their accidents, every call of every process in an order that chance decides. */
export const story = fc.record({ operations: fc.array(operation, { minLength: 1, maxLength: 4 }) });

class Killed extends Error {}

/** Tells a story and throws when a promise is broken at its end. */
export async function tell(operations: readonly Operation[], scheduler: Scheduler): Promise<void> {
  const teller = new Teller(scheduler);
  await scheduler.waitFor(teller.tell(operations));
}

class Teller {
  private readonly world = new MemoryWorld();
  private readonly running: Promise<unknown>[] = [];
  private migrations: BundledMigration[] = [sqlMigration('1.0.0'), tableMigration('1.0.0', [createTable('t0')])];
  private current: MigrationsProperties;
  private deaths: number[] = [];
  private requests = 0;

  constructor(private readonly scheduler: Scheduler) {
    this.current = this.world.revision('r0', this.migrations);
  }

  async tell(operations: readonly Operation[]): Promise<void> {
    await this.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: this.current }, 0);
    this.world.stackIs('CREATE_COMPLETE');
    for (const [index, one] of operations.entries()) await this.update(one, index + 1);
    await Promise.all(this.running);
    await this.request({ kind: 'settle', repair: false }, 0);
    await this.check();
  }

  private async update(one: Operation, number: number): Promise<void> {
    this.deaths = [...one.deaths];
    const migrations = [...this.migrations, ...newMigrations(number, one.broken)];
    const next = this.world.revision(`r${number}`, migrations);
    this.world.stackIs('UPDATE_IN_PROGRESS');
    const asked = this.request(
      { kind: 'migrations', type: 'Update', physicalId: scope, properties: next },
      one.duplicates,
    );
    const answer = one.rest === 'gives-up' ? undefined : await asked;
    if (one.rest === 'gives-up') this.running.push(asked);
    if (answer?.status === 'SUCCESS' && one.rest === 'succeeds') await this.complete(one, next, migrations);
    else await this.rollBack(one, next);
  }

  private async complete(one: Operation, next: MigrationsProperties, migrations: BundledMigration[]): Promise<void> {
    this.world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const old = this.current.Revision;
    if (!one.markerLost)
      await this.request(
        { kind: 'marker', type: 'Delete', physicalId: `${scope}@${old}`, revision: old },
        one.duplicates,
      );
    this.current = next;
    this.migrations = migrations;
    this.rest('UPDATE_COMPLETE', one);
  }

  private async rollBack(one: Operation, next: MigrationsProperties): Promise<void> {
    this.world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    const back = { kind: 'migrations', type: 'Update', physicalId: scope, properties: this.current } as const;
    const answer = await this.request(back, one.duplicates);
    if (answer?.status !== 'SUCCESS') throw new Error(`The rollback failed: ${answer?.reason}`);
    this.world.stackIs('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    const { Revision } = next;
    if (!one.markerLost)
      await this.request({ kind: 'marker', type: 'Delete', physicalId: `${scope}@${Revision}`, revision: Revision }, 0);
    this.rest('UPDATE_ROLLBACK_COMPLETE', one);
  }

  /** The stack operation ends; its events are on their way and arrive whenever chance lets them. */
  private rest(status: string, one: Operation): void {
    this.world.stackIs(status);
    for (let count = 0; count < one.events; count += 1)
      this.running.push(this.request({ kind: 'settle', repair: false }, 0));
  }

  /** Delivers a request so many times more than once, and waits for its outcome. */
  private async request(request: Request, duplicates: number): Promise<Outcome | undefined> {
    this.requests += 1;
    const recorded = await this.world.request(request, `request-${this.requests}`);
    const outcome = this.execution(recorded);
    // Step Functions runs one execution per delivery; the others find it running.
    for (let copy = 0; copy < duplicates; copy += 1) this.running.push(this.world.request(request, recorded.requestId));
    return outcome;
  }

  /** The state machine: ticks, each a process of its own, until there is an outcome. */
  private async execution(recorded: RecordedRequest): Promise<Outcome> {
    for (let tick = 0; tick < 500; tick += 1) {
      const fresh = (await this.world.requests.find(scope, recorded.key)) ?? recorded;
      const limits = { stopBy: this.world.clock.time + 40_000, pollInterval: 500 };
      try {
        const result = await drive(this.process(), fresh, `execution-${recorded.key}`, limits);
        if (result.status === 'done') return result.outcome;
        if (result.status === 'wait') await this.world.clock.sleep(result.waitSeconds * 1000);
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
    throw new Error(`No outcome for ${recorded.key}.`);
  }

  /** The ports of a process: each call waits for its turn, and one of them may be the process's last. */
  private process(): Ports {
    const life = { left: this.deaths.shift() ?? Number.POSITIVE_INFINITY };
    const wrap = <T extends object>(port: T): T => mortal(port, life, this.scheduler);
    const { ports } = this.world;
    const open = async (...args: Parameters<Ports['targets']['open']>): Promise<Target> =>
      wrap(await ports.targets.open(...args));
    return {
      ledger: wrap(ports.ledger),
      leases: wrap(ports.leases),
      requests: wrap(ports.requests),
      targets: wrap({ open }),
      bundles: wrap(ports.bundles),
      stacks: wrap(ports.stacks),
      claims: wrap(ports.claims),
      segments: wrap(ports.segments),
      clock: ports.clock,
    };
  }

  private async check(): Promise<void> {
    const { world } = this;
    const state = await world.ledger.load(scope);
    const problem = verifyChain(await world.ledger.events(scope), state);
    if (problem) throw new Error(problem.message);
    if (state.open.length > 0)
      throw new Error(`Still open: ${state.open.map(({ id, state }) => `${id} ${state}`).join(', ')}`);
    if (state.applied?.revision !== this.current.Revision)
      throw new Error(`At ${state.applied?.revision}, expected ${this.current.Revision}.`);
    if (await world.leases.inspect(scope)) throw new Error('The lease is still held.');
    const expected = JSON.stringify(expectedContent(this.migrations));
    const found = JSON.stringify(world.snapshot());
    if (found !== expected) throw new Error(`Databases are ${found}, expected ${expected}.`);
  }
}

/** A SQL migration with a contract phase, and a table that depends on it. */
function newMigrations(number: number, broken: boolean): BundledMigration[] {
  const version = `1.${number}.0`;
  const up = [`s${version}`, ...(broken ? ['fail'] : [])];
  return [
    sqlMigration(version, { up, down: [`undo s${version}`], contract: [`contract ${version}`] }),
    tableMigration(version, [createTable(`t${number}`)]),
  ];
}

function expectedContent(migrations: readonly BundledMigration[]): unknown {
  const statements = migrations
    .flatMap(({ phases }) => phases.filter(({ name }) => name !== 'down').flatMap(({ actions }) => actions))
    .flatMap((action) => (action.type === 'sql' ? action.statements.map(({ text }) => text) : []));
  const tables = migrations
    .flatMap((migration) => actionsOf(migration, 'up'))
    .flatMap((action) => (action.type === 'table' ? [action.operation.table] : []));
  return { users: statements.sort(), meals: Object.fromEntries(tables.sort().map((table) => [table, []])) };
}

/** Every function of a port waits for its turn; when the life is over, the call takes effect and its caller dies. */
function mortal<T extends object>(port: T, life: { left: number }, scheduler: Scheduler): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || name === 'physicalName') return member;
      return async (...args: unknown[]) => {
        if (life.left < 0) throw new Killed();
        await scheduler.schedule(Promise.resolve(), String(name));
        const result: unknown = await Reflect.apply(member, target, args);
        life.left -= 1;
        if (life.left < 0) throw new Killed();
        return result;
      };
    },
  });
}
