import { App } from 'aws-cdk-lib';
import { OrdersDataStack } from './lib/orders-data-stack.mjs';
import { OrdersServiceStack } from './lib/orders-service-stack.mjs';

const app = new App();
const ordersTableName = 'shop-orders';
const data = new OrdersDataStack(app, 'OrdersData', { ordersTableName });
const service = new OrdersServiceStack(app, 'OrdersService', { ordersTableName, ledgerTable: data.ledgerTable });
// The service knows the orders table by its name only, so nothing else says that the data comes first.
service.addStackDependency(data);
