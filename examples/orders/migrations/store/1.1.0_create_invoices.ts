import { createTable, dynamodb } from 'cdk-migrations/authoring';

export default dynamodb({
  dependsOn: ['1.0.0'],
  up: [
    createTable({
      table: 'invoices',
      partitionKey: { name: 'customerId', type: 'S' },
      sortKey: { name: 'number', type: 'N' },
      globalIndexes: [
        { name: 'byOrder', partitionKey: { name: 'orderId', type: 'S' }, projection: ['number', 'total'] },
      ],
    }),
  ],
});
