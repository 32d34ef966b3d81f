import type { Command } from 'commander';
import type { CommandLine } from './command';
import { addAlarm } from './commands/alarm';
import { addCancel } from './commands/cancel';
import { addContinueRollback } from './commands/continue-rollback';
import { addDeploy } from './commands/deploy';
import { addDestroy } from './commands/destroy';
import { addReset } from './commands/reset';
import { addRollback } from './commands/rollback';
import { addSql } from './commands/sql';
import { addStart } from './commands/start';

export function addSandbox(program: Command, session: CommandLine): void {
  const sandbox = program.command('sandbox').description('A local AWS in a folder, for CDK apps and their migrations');
  const add = [
    addDeploy,
    addDestroy,
    addStart,
    addSql,
    addReset,
    addRollback,
    addCancel,
    addContinueRollback,
    addAlarm,
  ];
  for (const addOne of add) addOne(sandbox, session);
}
