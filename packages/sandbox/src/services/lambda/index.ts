export { FunctionError } from './function-error';
export { type FunctionPermission, type FunctionRecord, functionNameOf } from './function-store';
export { Lambda } from './lambda';
export { lambdaService } from './service';
