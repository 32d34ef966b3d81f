export { stsService } from './service';
