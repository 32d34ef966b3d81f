/** Reads a folder of migration files and builds the bundle of them. */
export { buildBundle } from './build-bundle';
