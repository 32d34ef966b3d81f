export { cloudFormationService } from './service';
