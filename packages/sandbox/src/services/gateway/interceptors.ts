import type { Interceptor, ObservedCall } from '../../api';
import type { Caller } from '../callers';
import type { ServiceRequest } from '../service';

/** The chain of watchers in front of all services. */
export class Interceptors {
  readonly #interceptors = new Set<Interceptor>();

  get isEmpty(): boolean {
    return this.#interceptors.size === 0;
  }

  add(interceptor: Interceptor): () => void {
    this.#interceptors.add(interceptor);
    return () => this.#interceptors.delete(interceptor);
  }

  observe(service: string, request: ServiceRequest, caller: Caller): Observation {
    return new Observation([...this.#interceptors], service, request, caller);
  }
}

/** One request under watch. Once its caller was killed, nothing further happens to it. */
export class Observation {
  #killed = false;
  readonly #call: ObservedCall;

  constructor(
    private readonly interceptors: readonly Interceptor[],
    service: string,
    request: ServiceRequest,
    caller: Caller,
  ) {
    this.#call = {
      service,
      operation: request.operation || `${request.method} ${request.path}`,
      functionName: caller.functionName,
      body: request.body.toString('utf8'),
      kill: () => {
        if (!caller.process) throw new Error(noProcess('kill', service));
        this.#killed = true;
        caller.process.kill();
      },
      pause: () => {
        if (!caller.process) throw new Error(noProcess('pause', service));
        return caller.process.pause();
      },
    };
  }

  /** False when the caller was killed: the request must then not reach the service. */
  async before(): Promise<boolean> {
    return this.#each((interceptor) => interceptor.before?.(this.#call));
  }

  /** False when the caller was killed: the request took effect, but no caller learns of it. */
  async after(): Promise<boolean> {
    return this.#each((interceptor) => interceptor.after?.(this.#call));
  }

  async #each(step: (interceptor: Interceptor) => Promise<void> | void): Promise<boolean> {
    for (const interceptor of this.interceptors) {
      await step(interceptor);
      if (this.#killed) return false;
    }
    return true;
  }
}

function noProcess(verb: string, service: string): string {
  return `Cannot ${verb} the caller of this request to ${service}: it came from the host, not from a Lambda process.`;
}
