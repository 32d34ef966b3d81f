import { createTable, dynamodb } from 'cdk-migrations/authoring';

export default dynamodb({
  up: [
    createTable({
      table: 'mealPlans',
      partitionKey: { name: 'userId', type: 'S' },
      sortKey: { name: 'day', type: 'S' },
    }),
  ],
});
