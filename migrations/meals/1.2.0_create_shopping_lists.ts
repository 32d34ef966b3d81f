import { addGlobalIndex, createTable, dynamodb } from 'cdk-migrations/authoring';

export default dynamodb({
  dependsOn: ['1.1.1'],
  up: [
    createTable({
      table: 'shoppingLists',
      partitionKey: { name: 'userId', type: 'S' },
      sortKey: { name: 'week', type: 'S' },
      globalIndexes: [{ name: 'byState', partitionKey: { name: 'state', type: 'S' }, projection: 'KEYS_ONLY' }],
    }),
    addGlobalIndex({
      table: 'mealPlans',
      name: 'byDiet',
      partitionKey: { name: 'diet', type: 'S' },
      sortKey: { name: 'day', type: 'S' },
    }),
  ],
});
