export { rdsService } from './service';
