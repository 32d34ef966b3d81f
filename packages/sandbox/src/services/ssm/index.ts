export { ParameterStore } from './parameter-store';
export { putParameter } from './put-parameter';
export { ssmService } from './service';
