import type { Json } from '../resource-type';
import type { Template } from './template';

/** Where names in a template get their values. */
export interface Scope {
  readonly template: Template;
  readonly region: string;
  condition(name: string, path: string): boolean;
  /** `Ref`: a parameter, pseudo parameter or resource. Undefined for `AWS::NoValue`. */
  reference(name: string, path: string): Json | undefined;
  attribute(logicalId: string, attribute: string, path: string): Json;
  importValue(exportName: string, path: string): Json;
}

/** What an intrinsic function may use: its argument is not evaluated yet, so that `Fn::If` can leave a branch alone. */
export interface Call {
  readonly name: string;
  readonly argument: Json;
  readonly scope: Scope;
  readonly path: string;
  evaluate(value: Json): Json | undefined;
}
