import { NodeHttpHandler } from '@smithy/node-http-handler';

/** What the platform sees of a killed process. The process itself sees nothing any more: its calls never return. */
export class ProcessKilled extends Error {
  override readonly name = 'ProcessKilled';
}

/** A point at which a process dies: at its n-th effect, before it is sent or after it took effect. */
export interface CrashPoint {
  readonly effect: number;
  readonly when: 'before' | 'after';
}

/**
 * Counts the effects of the engine on the world (every call of an AWS SDK client, so every SQL statement and every
 * DynamoDB request, and every answer to CloudFormation) and kills the process that makes one of them: that call and each
 * later one of its code never return, so that nothing it does can reach the world any more.
 */
export class Effects {
  readonly log: string[] = [];
  private crashPoint: CrashPoint | undefined;
  private dead = false;
  private reportDeath: (death: ProcessKilled) => void = () => undefined;
  private counting = false;
  /** Called after each effect that is counted. */
  onEffect: () => void = () => undefined;
  private readonly original = NodeHttpHandler.prototype.handle;

  install(): void {
    const effects = this;
    NodeHttpHandler.prototype.handle = function handle(request, options) {
      const target = request.headers['x-amz-target']?.split('.').at(-1) ?? `${request.method} ${request.path}`;
      return effects.perform(target, () => effects.original.call(this, request, options));
    };
  }

  uninstall(): void {
    NodeHttpHandler.prototype.handle = this.original;
  }

  /** Starts to count, with a point to die at or none. */
  begin(crashPoint?: CrashPoint): void {
    this.log.length = 0;
    this.crashPoint = crashPoint;
    this.dead = false;
    this.counting = true;
  }

  end(): void {
    this.counting = false;
    this.dead = false;
  }

  /** Runs a fresh process to its end. Rejects with {@link ProcessKilled} when it is killed. */
  process<T>(run: () => Promise<T>): Promise<T> {
    this.dead = false;
    const death = new Promise<never>((_, reject) => {
      this.reportDeath = reject;
    });
    return Promise.race([run(), death]);
  }

  /** True when the crash has happened. */
  get crashed(): boolean {
    return this.crashPoint !== undefined && this.log.length >= this.crashPoint.effect;
  }

  async perform<T>(name: string, effect: () => Promise<T>): Promise<T> {
    if (!this.counting) return effect();
    if (this.dead) return never();
    this.log.push(name);
    const dies = this.log.length === this.crashPoint?.effect;
    if (dies && this.crashPoint?.when === 'before') return this.die(name);
    const result = await effect();
    this.onEffect();
    return dies ? this.die(name) : result;
  }

  private die(name: string): Promise<never> {
    this.dead = true;
    this.reportDeath(new ProcessKilled(`killed ${this.crashPoint?.when} ${name}`));
    return never();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
