import type { Json } from '../resource-type';
import { isObject } from './template';

/** Turns what is inside `{{resolve:...}}`, for example `ssm:/name` or `secretsmanager:arn:SecretString:key::`, into text. */
export type ResolveReference = (reference: string) => Promise<string>;

const DYNAMIC = /\{\{resolve:([^}]+)\}\}/g;

/** Replaces the dynamic references in a value just before it is sent to a resource, as CloudFormation does. */
export async function resolveDynamicReferences<T extends Json>(value: T, resolve: ResolveReference): Promise<T> {
  return (await replaceIn(value, resolve)) as T;
}

async function replaceIn(value: Json, resolve: ResolveReference): Promise<Json> {
  if (typeof value === 'string') return replaceInText(value, resolve);
  if (Array.isArray(value)) return Promise.all(value.map((item) => replaceIn(item, resolve)));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(async ([key, member]) => [key, await replaceIn(member, resolve)] as const);
  return Object.fromEntries(await Promise.all(members));
}

async function replaceInText(text: string, resolve: ResolveReference): Promise<string> {
  const values = new Map<string, string>();
  for (const match of text.matchAll(DYNAMIC)) {
    values.set(match[0], await resolve(match[1] as string));
  }
  return text.replace(DYNAMIC, (whole) => values.get(whole) ?? whole);
}
