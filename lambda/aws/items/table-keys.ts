import type { AttributeValue, TableDescription } from '@aws-sdk/client-dynamodb';
import { MigrationError } from '../../../core/errors/index';
import type { Item } from '../../../core/ports';
import { type Attributes, attributeText, readableNumber } from './attribute-text';
import { toAttribute, typeAndValue, UnfitValue } from './attribute-values';

/** The attributes of a table's key. */
export class TableKeys {
  readonly names: readonly string[];
  private readonly types: ReadonlyMap<string, string>;

  /** @param table its logical name, for messages */
  constructor(
    private readonly table: string,
    description: TableDescription,
  ) {
    const definitions = description.AttributeDefinitions ?? [];
    const types = new Map(definitions.map((one) => [one.AttributeName!, String(one.AttributeType)]));
    this.names = (description.KeySchema ?? []).map((one) => one.AttributeName!);
    this.types = new Map(this.names.map((name) => [name, types.get(name) ?? 'S']));
  }

  /** @throws DATA_KEY when the item lacks an attribute of the key, or has another type there than the table */
  of(item: Item): Attributes {
    return Object.fromEntries(this.names.map((name) => [name, this.part(name, item[name])]));
  }

  ofStored(attributes: Attributes): Attributes {
    return Object.fromEntries(this.names.map((name) => [name, attributes[name]!]));
  }

  text(key: Attributes): string {
    return this.names.map((name) => partText(key[name])).join(' ');
  }

  isLike(other: TableKeys): boolean {
    const isSame = (name: string, index: number) =>
      name === other.names[index] && this.types.get(name) === other.types.get(name);
    return this.names.length === other.names.length && this.names.every(isSame);
  }

  has(name: string): boolean {
    return this.types.has(name);
  }

  private part(name: string, value: unknown) {
    const type = this.types.get(name)!;
    const attribute = attributeOf(value);
    const [found, content] = attribute ? typeAndValue(attribute) : [typeof value, undefined];
    const isEmpty = found === type && (content as { length?: number }).length === 0;
    if (attribute && found === type && !isEmpty) return attribute;
    const seen = isEmpty ? 'empty' : value === undefined ? 'missing' : `of type ${found}`;
    throw new MigrationError(
      'DATA_KEY',
      `The attribute "${name}" of an item for table ${this.table} is ${seen}; as a part of the key it must be of type ${type}.`,
      {
        payload: { table: this.table, attribute: name },
        hint: `Let the transform return "${name}", with a value of type ${type}.`,
      },
    );
  }
}

/** One text for one value, which people can read. */
function partText(attribute: AttributeValue | undefined): string {
  return attribute?.N === undefined ? attributeText(attribute) : readableNumber(attribute.N);
}

function attributeOf(value: unknown): AttributeValue | undefined {
  try {
    return toAttribute(value);
  } catch (error) {
    if (error instanceof UnfitValue) return undefined;
    throw error;
  }
}
