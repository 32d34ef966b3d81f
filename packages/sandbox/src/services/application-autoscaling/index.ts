export { applicationAutoScalingService } from './service';
export { ScalingStore } from './store';
