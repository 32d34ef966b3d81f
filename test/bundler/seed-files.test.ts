import { existsSync, mkdtempSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildBundle } from '../../bundler';
import type { DataAction } from '../../core/bundle/data-action';
import type { SeedSource } from '../../core/bundle/seed';
import { SeedRows } from '../../core/data/seed-rows';
import type { Item } from '../../core/ports';
import { seedFileName } from '../../core/wire';
import { errorOf, migrationsFolder, placesOf, writeFiles } from '../support/migrations-folder';

const migration = (source: string, options = '') =>
  `import { data } from 'cdk-migrations/authoring';
export default data({
  source: ${source},
  destination: 'foods',${options}
  transform: (food) => food,
});
`;
const reads = (file: string) => ({ 'shop/1.0.0_foods.ts': migration(`{ file: '${file}' }`) });
const targets = [{ name: 'shop', databaseKind: 'dynamodb' }] as const;

async function build(files: Readonly<Record<string, string>>) {
  const seedFolder = mkdtempSync(join(tmpdir(), 'seeds-'));
  const { bundle } = await buildBundle({ folder: migrationsFolder(files), targets, seedFolder });
  const [first] = bundle.migrations;
  const actions = first!.phases.flatMap((phase) => phase.actions) as readonly DataAction[];
  const seed = actions[0]!.source as SeedSource;
  const bytes = readFileSync(join(seedFolder, seedFileName(seed)));
  const rows = new SeedRows(seed, async ({ at, bytes: length }) => bytes.subarray(at, at + length));
  return { migration: first!, seed, rows, seedFolder };
}

/** All items of all segments, each with its key. */
async function itemsOf(rows: SeedRows, segments = 1, limit = 100): Promise<readonly (readonly [string, Item])[]> {
  const items: (readonly [string, Item])[] = [];
  for (let segment = 0; segment < segments; segment += 1) {
    for (let after: Readonly<Record<string, unknown>> | undefined; ; ) {
      const page = await rows.page({ number: segment, of: segments }, after, limit);
      items.push(...page.items.map(({ item }) => [rows.keyOf(item), item] as const));
      after = page.next;
      if (!after) break;
    }
  }
  return items;
}

async function problems(files: Readonly<Record<string, string>>) {
  const folder = migrationsFolder(files);
  const { errors } = await errorOf(() => buildBundle({ folder, targets }));
  return errors.map((error, index) => `${placesOf([error], folder)[0]} ${errors[index]!.message}`);
}

describe('a seed file', () => {
  it('of CSV has a text for each column that its first line names, also over several lines', async () => {
    const { rows, migration: built } = await build({
      ...reads('foods.csv'),
      'shop/foods.csv': '\uFEFFid,name,note\r\n1,Äpfel,"red, ""sweet"""\r\n2,Brot,"two\r\nlines"\r\n3,Käse,',
    });
    expect(await itemsOf(rows)).toEqual([
      ['foods.csv:2', { id: '1', name: 'Äpfel', note: 'red, "sweet"' }],
      ['foods.csv:3', { id: '2', name: 'Brot', note: 'two\nlines' }],
      ['foods.csv:5', { id: '3', name: 'Käse', note: '' }],
    ]);
    expect(built.phases.map(({ name }) => name)).toEqual(['backfill', 'verify']);
  });

  it('of CSV may have another delimiter', async () => {
    const { rows } = await build({
      'shop/1.0.0_foods.ts': migration("{ file: 'foods.csv', delimiter: ';' }"),
      'shop/foods.csv': 'id;name\n1;a,b\n',
    });
    expect(await itemsOf(rows)).toEqual([['foods.csv:2', { id: '1', name: 'a,b' }]]);
  });

  it.each(['foods.jsonl', 'foods.ndjson'])('of JSON lines, %s, has an item in each', async (file) => {
    const items = [
      { id: '1', kcal: 52.5, tags: ['a'], deep: { yes: true, no: null } },
      { id: '2', long: '12345678901234567890', exact: 9007199254740991, small: 1.5e-7 },
    ];
    const { rows } = await build({
      ...reads(file),
      [`shop/${file}`]: `${items.map((item) => JSON.stringify(item)).join('\n')}\n`,
    });
    expect(await itemsOf(rows)).toEqual(items.map((item, index) => [`${file}:${index + 1}`, item]));
  });

  it('may lie in the folder of another target', async () => {
    const { rows } = await build({ ...reads('../other/foods.jsonl'), 'other/foods.jsonl': '{"id":"1"}\n' });
    expect(await itemsOf(rows)).toEqual([['../other/foods.jsonl:1', { id: '1' }]]);
  });

  it('is divided into parts of at most 1 MB, of which every segment has its own rows', async () => {
    const note = 'x'.repeat(1_000);
    const lines = Array.from({ length: 2_500 }, (_, id) => `${id},${note}`);
    const { rows, seed } = await build({ ...reads('foods.csv'), 'shop/foods.csv': `id,note\n${lines.join('\n')}\n` });
    expect(seed.rows).toBe(2_500);
    expect(seed.parts.map(({ bytes }) => bytes <= 1_000_000)).toEqual([true, true, true]);
    for (const segments of [1, 4, 7]) {
      const items = await itemsOf(rows, segments, 600);
      expect(items.map(([, { id }]) => id)).toEqual(lines.map((_, id) => String(id)));
      expect(items.at(-1)![0]).toBe('foods.csv:2501');
    }
    expect(await itemsOf(rows, 5_000)).toHaveLength(2_500);
  });

  it('is part of the checksum of its migration, whatever ends its lines', async () => {
    const of = async (text: string) => {
      const { migration: built, seed } = await build({ ...reads('foods.csv'), 'shop/foods.csv': text });
      return { checksum: built.checksum, digest: seed.digest };
    };
    const first = await of('id\n1\n');
    expect(await of('id\r\n1\r\n')).toEqual(first);
    expect(await of('id\n2\n')).not.toEqual(first);
    expect((await of('id\n1')).checksum).not.toBe(first.checksum);
  });

  it('leaves nothing of a bundle that was refused', async () => {
    const seedFolder = mkdtempSync(join(tmpdir(), 'seeds-'));
    const folder = migrationsFolder({ ...reads('foods.csv'), 'shop/foods.csv': 'id,name\n1\n' });
    await errorOf(() => buildBundle({ folder, targets, seedFolder }));
    expect(readdirSync(seedFolder)).toEqual([]);
    expect(existsSync(seedFolder)).toBe(true);
  });

  it.each<[string, string, string, string[]]>([
    ['is empty', 'foods.csv', '', ['INVALID_SEED shop/foods.csv:1:1 The file has no rows.']],
    ['has only columns', 'foods.csv', 'id,name\n', ['INVALID_SEED shop/foods.csv:1:1 The file has no rows.']],
    [
      'has no columns',
      'foods.csv',
      '\nid\n',
      ['INVALID_SEED shop/foods.csv:1:1 The first line has a column without a name.'],
    ],
    [
      'has a column twice',
      'foods.csv',
      'id,id\n1,2\n',
      ['INVALID_SEED shop/foods.csv:1:1 Column "id" is there twice.'],
    ],
    [
      'has rows with too many values, with too few and with none',
      'foods.csv',
      'id,name\n1,a\n2,"b\nc",d\n3\n\n4,d\n',
      [
        'INVALID_SEED shop/foods.csv:3:1 The row has 3 values; the first line names 2.',
        'INVALID_SEED shop/foods.csv:5:1 The row has 1 value; the first line names 2.',
        'INVALID_SEED shop/foods.csv:6:1 The line is empty; the first line names 2.',
      ],
    ],
    [
      'ends its lines as no system does any more',
      'foods.csv',
      'id\r1\r2\r',
      ['INVALID_SEED shop/foods.csv:1:1 The file has no rows.'],
    ],
    [
      'never closes a quote',
      'foods.csv',
      'id,name\n1,a\n2,"b\n3,c\n',
      ['INVALID_SEED shop/foods.csv:3:1 A quote is opened in this row, and never closed.'],
    ],
    [
      'has a quote within a value',
      'foods.csv',
      'id,name\n1,a"b\n',
      ['INVALID_SEED shop/foods.csv:2:1 A value has a quote in it, but none at its beginning.'],
    ],
    [
      'has something behind a quote',
      'foods.csv',
      'id,name\n1,"a"b\n',
      [
        'INVALID_SEED shop/foods.csv:2:1 After the quote that closes a value comes neither a delimiter nor the end of the line.',
      ],
    ],
    [
      'has a row that is too long',
      'foods.csv',
      `id,name\n1,a\n2,"${'long line\n'.repeat(110_000)}"\n`,
      ['INVALID_SEED shop/foods.csv:3:1 A row has more than 1000000 bytes.'],
    ],
    [
      'has lines that are no JSON, no object, and empty',
      'foods.jsonl',
      '{"id":"1"}\n{"id":\n[1]\nnull\n"a"\n\n{"id":"2"}\n',
      [
        'INVALID_SEED shop/foods.jsonl:2:1 The line is not valid JSON.',
        'INVALID_SEED shop/foods.jsonl:3:1 The line is a list, and no JSON object.',
        'INVALID_SEED shop/foods.jsonl:4:1 The line is null, and no JSON object.',
        'INVALID_SEED shop/foods.jsonl:5:1 The line is a string, and no JSON object.',
        'INVALID_SEED shop/foods.jsonl:6:1 The line is empty.',
      ],
    ],
    [
      'has numbers that JavaScript would change',
      'foods.jsonl',
      '{"n":9007199254740993}\n{"n":[1.50, 100, -0.0, 1e3, "9007199254740993"]}\n{"n":1e400}\n{"n":0.1234567890123456789}\n',
      [
        'INVALID_SEED shop/foods.jsonl:1:1 The number 9007199254740993 has more digits than a number of JavaScript holds.',
        'INVALID_SEED shop/foods.jsonl:3:1 The number 1e400 has more digits than a number of JavaScript holds.',
        'INVALID_SEED shop/foods.jsonl:4:1 The number 0.1234567890123456789 has more digits than a number of JavaScript holds.',
      ],
    ],
  ])('is refused with its line when it %s', async (_what, file, text, expected) => {
    expect(await problems({ ...reads(file), [`shop/${file}`]: text })).toEqual(expected);
  });

  it('is refused with its line when it is not UTF-8', async () => {
    const folder = migrationsFolder(reads('foods.csv'));
    writeFiles(folder, { 'shop/foods.csv': '' });
    const bytes = Buffer.concat([Buffer.from('id\nä\n'), Buffer.from([0xe4, 0x0a])]);
    writeFiles(folder, { 'shop/foods.csv': bytes as never });
    const { errors } = await errorOf(() => buildBundle({ folder, targets }));
    expect(placesOf(errors, folder)).toEqual(['INVALID_SEED shop/foods.csv:3:1']);
    expect(errors[0]!.message).toBe('It is not UTF-8.');
  });

  it('is refused when it is too large, without being read', async () => {
    const folder = migrationsFolder({ ...reads('foods.csv'), 'shop/foods.csv': 'id\n' });
    // Has no blocks on the disk.
    truncateSync(join(folder, 'shop/foods.csv'), 200_000_001);
    const { errors } = await errorOf(() => buildBundle({ folder, targets }));
    expect(errors.map(({ message }) => message)).toEqual([
      'The file has 200000001 bytes; at most 200000000 are allowed.',
    ]);
  });

  it('shows the first ten of its problems', async () => {
    const found = await problems({ ...reads('foods.csv'), 'shop/foods.csv': `id,name\n${'1\n'.repeat(50)}` });
    expect(found).toHaveLength(10);
  });

  it('is missed at the place that names it', async () => {
    const file = { 'shop/foods.csv': 'id\n1\n' };
    const missing = 'The migrations folder has no seed file at';
    expect(await problems({ ...reads('food.csv'), ...file })).toEqual([
      `MISSING_SEED shop/1.0.0_foods.ts:3:20 ${missing} "food.csv". Allowed: foods.csv.`,
      'UNEXPECTED_FILE shop/foods.csv No migration reads this file.',
    ]);
    expect((await problems({ ...reads('../../foods.csv'), ...file }))[0]).toContain(`${missing} "../../foods.csv"`);
    expect((await problems(reads('foods.csv')))[0]).toContain('There are none to choose from.');
  });
});

describe('a declaration with a seed file is refused when', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'the file has another ending',
      "{ file: 'foods.txt' }",
      '',
      /must be a path from here that ends with \.csv, \.jsonl or \.ndjson, got "foods\.txt"/,
    ],
    [
      'the path is none from here',
      "{ file: '/tmp/foods.csv' }",
      '',
      /must be a path from here .* got "\/tmp\/foods\.csv"/,
    ],
    ['JSON lines have a delimiter', "{ file: 'foods.jsonl', delimiter: ';' }", '', /Only a CSV file has a delimiter/],
    ['the delimiter is no character', "{ file: 'foods.csv', delimiter: ';;' }", '', /must be one character/],
    [
      'it has another property',
      "{ file: 'foods.csv', header: true } as never",
      '',
      /must not have a property "header"/,
    ],
    ['it is to be swept', "{ file: 'foods.csv' }", ' sweep: true,', /nothing of it is swept/],
    ['it may end in the background', "{ file: 'foods.csv' }", " finish: 'background',", /nothing of it is swept/],
  ])('%s', async (_what, source, options, message) => {
    const [found] = await problems({ 'shop/1.0.0_foods.ts': migration(source, options), 'shop/foods.csv': 'id\n1\n' });
    expect(found).toMatch(message);
  });

  it('it has no destination', async () => {
    const content = migration("{ file: 'foods.csv' }").replace("  destination: 'foods',\n", '');
    const [found] = await problems({ 'shop/1.0.0_foods.ts': content, 'shop/foods.csv': 'id\n1\n' });
    expect(found).toMatch(/A file as the source needs a destination/);
  });
});
