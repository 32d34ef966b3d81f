export { DYNAMODB_ASSUMPTIONS } from './assumptions';
export { type DynamoDbService, dynamoDbService } from './service';
