export { addressOfUrl } from './address';
export { ObjectStore } from './object-store';
export { ResponseUrls } from './response-urls';
export { s3Service } from './service';
