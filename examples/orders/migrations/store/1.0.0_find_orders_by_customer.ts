import { addGlobalIndex, dynamodb } from 'cdk-migrations/authoring';

export default dynamodb({
  up: [
    addGlobalIndex({
      table: 'orders',
      name: 'byCustomer',
      partitionKey: { name: 'customerId', type: 'S' },
      sortKey: { name: 'orderedAt', type: 'S' },
    }),
  ],
});
