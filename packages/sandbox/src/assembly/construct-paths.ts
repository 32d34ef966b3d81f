import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** As far as it tells which construct a resource belongs to. */
interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type?: string; readonly Metadata?: Metadata }>>;
}

type Metadata = Readonly<Record<string, unknown>>;

/** A resource by the path of its construct: `Stack/Api/Resource`. */
export interface ConstructPath {
  readonly path: string;
  /** `Child.Resource` in a nested stack. */
  readonly logicalId: string;
}

/** What the CDK calls the resource inside a construct that is mainly that resource. */
const insides = ['', '/Resource', '/Default', '/Resource/Default'];

/** The paths that the CDK writes into a template, and into those of its nested stacks. */
export function constructPaths(templateFile: string): readonly ConstructPath[] {
  const { Resources = {} } = JSON.parse(readFileSync(templateFile, 'utf8')) as Template;
  return Object.entries(Resources).flatMap(([logicalId, { Metadata = {} }]) => {
    const path = Metadata['aws:cdk:path'];
    const own = typeof path === 'string' ? [{ path, logicalId }] : [];
    return [...own, ...inNested(templateFile, logicalId, Metadata)];
  });
}

function inNested(templateFile: string, logicalId: string, metadata: Metadata): readonly ConstructPath[] {
  const asset = metadata['aws:asset:path'];
  if (metadata['aws:asset:property'] !== 'TemplateURL' || typeof asset !== 'string') return [];
  const file = join(dirname(templateFile), asset);
  if (!existsSync(file)) return [];
  return constructPaths(file).map((inner) => ({ ...inner, logicalId: `${logicalId}.${inner.logicalId}` }));
}

/** The resource that a path means: the one at the path, or the main one of the construct at the path. */
export function findByPath(all: readonly ConstructPath[], given: string): string | undefined {
  const wanted = given.replace(/^\/|\/$/g, '');
  const matches = insides.map((inside) => all.find(({ path }) => path === `${wanted}${inside}`));
  return matches.find((match) => match !== undefined)?.logicalId;
}
