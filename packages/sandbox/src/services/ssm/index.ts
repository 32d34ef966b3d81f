export { ParameterStore } from './parameter-store';
export { putParameter } from './put-parameter';
export { parameterArn, ssmService } from './service';
