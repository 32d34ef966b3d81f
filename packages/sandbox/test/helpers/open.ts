import { rmSync } from 'node:fs';
import { afterAll, afterEach } from '@jest/globals';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src';
import { type TestStack, temporaryFolder, writeAssembly } from './assembly';

export interface TestSandbox {
  readonly sandbox: Sandbox;
  readonly stateDir: string;
  readonly warnings: string[];
  readonly logs: string[];
  /** For SDK clients. */
  readonly client: { readonly endpoint: string; readonly region: string; readonly credentials: TestCredentials };
  deploy(stacks: Readonly<Record<string, TestStack>>): Promise<Readonly<Record<string, string>>>;
}

interface TestCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Opens sandboxes that close when the test (`each`) or the file (`all`) ends. */
export function testSandboxes(until: 'each' | 'all') {
  const cleanups: (() => Promise<void>)[] = [];
  (until === 'each' ? afterEach : afterAll)(async () => {
    for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  });
  return async (options: Partial<SandboxOptions> = {}): Promise<TestSandbox> => {
    const stateDir = options.stateDir ?? temporaryFolder();
    const [warnings, logs]: string[][] = [[], []];
    const sandbox = await openSandbox({
      onWarning: (message) => warnings?.push(message),
      onFunctionLog: (_name, line) => logs?.push(line),
      ...options,
      stateDir,
    });
    cleanups.push(async () => {
      await sandbox.close();
      if (options.stateDir === undefined) rmSync(stateDir, { recursive: true, force: true });
    });
    return {
      sandbox,
      stateDir,
      warnings: warnings ?? [],
      logs: logs ?? [],
      client: {
        endpoint: sandbox.endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
      },
      async deploy(stacks) {
        const results = await sandbox.deploy({ assembly: writeAssembly(stacks) });
        const last = results.at(-1);
        if (!last || !/^(CREATE|UPDATE)_COMPLETE$/.test(last.status))
          throw new Error(`${last?.status}: ${last?.reason}`);
        return Object.assign({}, ...results.map(({ outputs }) => outputs));
      },
    };
  };
}
