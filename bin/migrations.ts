#!/usr/bin/env node
import { endWhenNobodyReads } from '../cli/closed-pipe';
import { main } from '../cli/main';

endWhenNobodyReads([process.stdout, process.stderr]);

main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
