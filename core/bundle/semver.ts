/** The build makes this one file with the class in it (scripts/build.mjs): as a package it is fifty files, of which we need six. */
export { default as SemVer } from 'semver/classes/semver';
