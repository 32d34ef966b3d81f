export type { JsonObject } from './definition';
export { stepFunctionsService } from './service';
export { StepFunctions } from './step-functions';
