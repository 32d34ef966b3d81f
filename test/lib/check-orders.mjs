// Prints what cdk-nag finds in the orders app, which is made of ES modules and therefore runs in a process of its own.
import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { OrdersDataStack } from '../../examples/orders/lib/orders-data-stack.mjs';
import { OrdersServiceStack } from '../../examples/orders/lib/orders-service-stack.mjs';

const app = new App({ outdir: process.argv[2], analyticsReporting: false });
const ordersTableName = 'shop-orders';
const { ledgerTable } = new OrdersDataStack(app, 'OrdersData', { ordersTableName });
new OrdersServiceStack(app, 'OrdersService', { ordersTableName, ledgerTable });
console.log(JSON.stringify(new AwsSolutionsChecks(app).validateScope(app)));
