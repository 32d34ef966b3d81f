import { TestEnvironment } from 'jest-environment-node';

const isInstance = Function.prototype[Symbol.hasInstance];

/**
 * Jest runs a test file in a V8 context that has an `Error` of its own, but Node's modules throw the `Error` of the
 * process. Everywhere else the two are one, so `error instanceof Error` must hold here for both.
 */
export default class OneErrorEnvironment extends TestEnvironment {
  constructor(...args: ConstructorParameters<typeof TestEnvironment>) {
    super(...args);
    const ofContext = this.global.Error;
    Object.defineProperty(ofContext, Symbol.hasInstance, {
      // Subclasses inherit this, and must keep their own answer.
      value(this: unknown, value: unknown): boolean {
        return isInstance.call(this, value) || (this === ofContext && value instanceof Error);
      },
    });
  }
}
