/** The build makes this one file with the parser in it (scripts/build.mjs): no user of the library has to install the package. */
export { CsvError, parse } from 'csv-parse';
