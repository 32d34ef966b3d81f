import { MigrationError } from '../../errors/index';
import { claimsOfAll } from '../../protocol/target-claims';
import type { MigrationsRequest } from '../../request/request';
import type { DeploymentPhase } from './deployment-phase';

/**
 * A construct that was removed left its databases and, in its ledger, the knowledge of what was applied to them. A new
 * ledger would know nothing of it: tables would be in the way, and nothing could be undone any more.
 */
export const formerLedger: DeploymentPhase = {
  async plan(run) {
    if (run.deployment.from !== null) return;
    const { ports, recorded } = run.request;
    const former = await ports.claims.former(claimsOfAll(run.deployment.targets));
    const { Ledger } = (recorded.request as MigrationsRequest).properties;
    if (!former?.ledger || Ledger === undefined || former.ledger === Ledger) return;
    const { scope, ledger, since } = former;
    throw new MigrationError(
      'LEDGER_LEFT_BEHIND',
      `These databases were migrated by scope ${scope} until ${since}, and what was applied to them is in its ledger, the table ${ledger}.`,
      {
        payload: { ledger, scope },
        hint:
          `Continue with it: ledgerTable: Table.fromTableName(this, 'Ledger', '${ledger}')` +
          (scope === recorded.scope ? '. ' : `, and give the construct the path of ${scope}. `) +
          'If that table is gone for good, run `migrations unlock --claim` to forget it.',
      },
    );
  },

  /** Its own ledger knows the databases from now on. */
  async commit({ request, deployment }) {
    if (deployment.purpose === 'removal') return;
    await request.ports.claims.forgetFormer(claimsOfAll(deployment.targets));
  },
};
