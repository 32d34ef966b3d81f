export { FunctionError } from './function-error';
export { type FunctionRecord, functionNameOf } from './function-store';
export { Lambda } from './lambda';
export { lambdaService } from './service';
