import type { ManifestEntry } from '../../core/bundle/bundle';
import { orderMigrations } from '../../core/bundle/graph';
import { type AppliedRevision, type MigrationRecord, migrationKey } from '../../core/ledger/state';
import { plan } from '../../core/protocol/plan';

/** Orders so many migrations and plans a deployment of the half that is not applied. */
const count = Number(process.argv[2]);
const targets = ['users', 'meals', 'orders', 'stock', 'audit'];
const identities = Object.fromEntries(targets.map((target) => [target, `${target}-1`]));
const revision: AppliedRevision = { revision: 'r', identities, bundle: { Bucket: 'b', Key: 'k', Digest: 'r' } };

const entries = Array.from({ length: count }, (_, index) => entry(index));
const applied = entries.slice(0, count / 2).map(record);
const shuffled = [...entries].sort((a, b) => (a.checksum < b.checksum ? -1 : 1));

const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const { pending } = plan(orderMigrations(shuffled), applied, revision);
const milliseconds = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpuBefore);

if (pending.length !== count - count / 2) throw new Error(`Planned ${pending.length} of ${count} migrations.`);
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ milliseconds, cpu: (user + system) / 1000, megabytes }));

/** Each migration depends on the one before it in its target, every seventh on another target too. */
function entry(index: number): ManifestEntry {
  const [target, version] = nameOf(index);
  const [before, other] = [index - targets.length, index - 3];
  const dependsOn = [before, ...(index % 7 === 0 ? [other] : [])].filter((needed) => needed >= 0).map(idOf);
  const checksum = ((index * 2_654_435_761) % 4_294_967_296).toString(16).padStart(64, '0');
  return {
    id: idOf(index),
    target,
    version,
    name: `step ${index}`,
    kind: 'sql',
    checksum,
    dependsOn,
    irreversible: false,
  };
}

function nameOf(index: number): readonly [target: string, version: string] {
  return [targets[index % targets.length]!, `1.${Math.floor(index / targets.length)}.0`];
}

function idOf(index: number): string {
  return nameOf(index).join('/');
}

function record({ dependsOn: _dependsOn, ...facts }: ManifestEntry, index: number): MigrationRecord {
  const identity = identities[facts.target]!;
  const key = migrationKey(facts.target, identity, facts.version);
  return { ...facts, key, identity, state: 'applied', deployment: 'd', position: index + 1, contract: 'none' };
}
