import type { Ports, SqlDatabase, Target } from '../../core/ports';
import { MemoryWorld } from './memory-world';

/** A world that counts what the engine asks of its ledger and its SQL database. */
export class CountedWorld extends MemoryWorld {
  private counts = new Map<string, number>();

  /** @param callTime milliseconds that a counted call takes */
  constructor(private readonly callTime = 0) {
    super();
  }

  override get ports(): Ports {
    const ports = super.ports;
    return {
      ...ports,
      ledger: this.counted('ledger', ports.ledger),
      targets: {
        open: async (name, properties, lease) => this.target(await ports.targets.open(name, properties, lease)),
      },
    };
  }

  /** How often the calls whose names begin like this were made, for example `ledger.` or `sql.runSection`. */
  calls(prefix: string): number {
    return [...this.counts].reduce((sum, [name, count]) => sum + (name.startsWith(prefix) ? count : 0), 0);
  }

  /** Begins to count from 0. */
  restart(): void {
    this.counts = new Map();
  }

  private target({ sql, ...target }: Target): Target {
    return { ...target, sql: sql && this.sql(sql) };
  }

  private sql(sql: SqlDatabase): SqlDatabase {
    return { ...this.counted('sql', sql), standalone: this.counted('standalone', sql.standalone) };
  }

  private counted<T extends object>(name: string, port: T): T {
    return new Proxy(port, {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...parameters: readonly unknown[]) => {
          const call = `${name}.${String(method)}`;
          this.counts.set(call, (this.counts.get(call) ?? 0) + 1);
          this.clock.time += this.callTime;
          return Reflect.apply(value, target, parameters);
        };
      },
    });
  }
}
