import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { App, LegacyStackSynthesizer, Stack, type StackProps } from 'aws-cdk-lib';
import { DatabaseMigrations, MigrationTarget } from '../../lib';
import { CREATE_PLANS, folderWith } from './support';

const migrationsPath = folderWith({
  ...CREATE_PLANS,
  'meals/plans.csv': 'id,day\n1,monday\n2,"tues\nday"\n',
  'meals/1.1.0_plans.ts': `import { data } from 'cdk-migrations/authoring';
export default data({ dependsOn: ['1.0.0'], source: { file: 'plans.csv' }, destination: 'plans', transform: (plan) => plan });
`,
});

function synthesize(props: StackProps = {}) {
  const outdir = folderWith({});
  const stack = new Stack(new App({ outdir, analyticsReporting: false }), 'Seeds', props);
  new DatabaseMigrations(stack, 'Migrations', {
    migrationsPath,
    targets: { meals: MigrationTarget.dynamodb({ tableNamePrefix: 'm-' }) },
  });
  (stack.node.root as App).synth();
  return outdir;
}

interface Assets {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly displayName: string;
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

describe('the rows of a seed file', () => {
  it('are an asset beside the bundle, named by their digest', () => {
    const outdir = synthesize();
    const { files } = JSON.parse(readFileSync(join(outdir, 'Seeds.assets.json'), 'utf8')) as Assets;
    const [seed, ...others] = Object.entries(files).filter(([, { source }]) => source.path.endsWith('.jsonl'));
    expect(others).toEqual([]);
    const [digest, asset] = seed!;
    expect(asset.source.path).toBe(`${digest}.jsonl`);
    expect(Object.values(asset.destinations)[0]!.objectKey).toBe(`${digest}.jsonl`);
    expect(asset.displayName).toBe('Seeds/Migrations/plans.csv');
    expect(readFileSync(join(outdir, asset.source.path), 'utf8')).toBe('[2,"1","monday"]\n[3,"2","tues\\nday"]\n');
  });

  it('are refused where a synthesizer stores them elsewhere', () => {
    expect(() => synthesize({ synthesizer: new LegacyStackSynthesizer() })).toThrow(
      /^The synthesizer of Seeds stores the rows of plans\.csv at .*, but the engine reads them beside the bundle/,
    );
  });
});
