export { DYNAMODB_ASSUMPTIONS } from './assumptions';
export { type DynamoDbOptions, type DynamoDbService, dynamoDbService } from './service';
