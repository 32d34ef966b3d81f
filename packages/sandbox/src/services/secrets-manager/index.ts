export { SecretStore } from './secret-store';
export { secretsManagerService } from './service';
