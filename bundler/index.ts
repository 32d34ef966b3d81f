/** Reads a folder of migration files and builds the bundle of them. */
export { type BuiltBundle, type BundleRequest, buildBundle, type DeclaredTarget } from './build-bundle';
export { type BuiltBundleFile, type BundleFileRequest, buildBundleSync } from './build-sync';
