import type { Command } from 'commander';
import type { CommandLine } from '../../command';
import { addAlarm } from './alarm';
import { addCancel } from './cancel';
import { addContinueRollback } from './continue-rollback';
import { addDeploy } from './deploy';
import { addDestroy } from './destroy';
import { addReset } from './reset';
import { addRollback } from './rollback';
import { addSql } from './sql';
import { addStart } from './start';

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
