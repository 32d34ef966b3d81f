import type { MigrationError } from '../core/errors/index';

/** Takes an error, after which reading continues: all errors of a folder are shown at once. */
export type ReportError = (error: MigrationError) => void;

/** The same for what is worth knowing and does not keep a bundle from being built. */
export type Warn = (warning: MigrationError) => void;
