import { addGlobalIndex, dynamodb } from 'cdk-migrations/authoring';

export default dynamodb({
  // The weekly overview shows plans by diet, so it needs the users' new column as well.
  dependsOn: ['1.0.0', 'users/1.2.0'],
  up: [
    addGlobalIndex({
      table: 'mealPlans',
      name: 'byWeek',
      partitionKey: { name: 'week', type: 'S' },
      sortKey: { name: 'userId', type: 'S' },
    }),
  ],
});
