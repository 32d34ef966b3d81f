/** How long a Lambda asset takes to load, and to its first SDK client when the asset offers to make one. */
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const asset = require(process.argv[2]!) as { readonly newClient?: () => unknown };
const imported = performance.now() - startedAt;
asset.newClient?.();
const withClient = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpuBefore);
console.log(JSON.stringify({ imported, withClient, cpu: (user + system) / 1000 }));
