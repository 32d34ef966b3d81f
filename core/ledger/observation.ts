import type { TableSettings } from '../bundle/table-settings';
import type { Division } from '../ports/items';
import type { RemovedIndex, ScalingSetting } from './table-index';

/** State of a table or index before a step touched it, or of a SQL index. */
export interface Observation {
  readonly exists: boolean;
  /** The index that the step removes, with all that it takes to make it again. */
  readonly index?: RemovedIndex;
  /** The settings that the step changes. */
  readonly settings?: Partial<TableSettings>;
  /** The auto scaling that the step changes. */
  readonly scaling?: readonly ScalingSetting[];
  /** Digest of what a statement changes. */
  readonly fingerprint?: string;
  /** How many segments the step works in. */
  readonly segments?: number;
  /** Segments that were done ahead are passed by: the `deployment` of that pass. */
  readonly ahead?: string;
  /** How the table is divided into them that the step reads. */
  readonly division?: Division;
  /** The same of the table that is read to undo it, when that is another one. */
  readonly undoDivision?: Division;
  /** This deployment made the table that the step writes to, and nothing was in it before. */
  readonly isNewDestination?: true;
}

/** A step that was asked for and takes effect in the background. Its state stays `intent` until a later look sees it done. */
export interface OpenBuild {
  /** The id of the step in its migration. */
  readonly step: string;
  /** The logical name of the table that it changes. */
  readonly table: string;
  /** For messages: what is built, and how far it was when last looked at. */
  readonly what: string;
}
