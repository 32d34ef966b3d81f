import type { ServiceRequest, ServiceResponse } from '../service';
import type { ObjectAddress } from './address';

export interface S3Operation {
  /** Without the `s3:`. */
  readonly action: string;
  run(address: ObjectAddress, request: ServiceRequest): ServiceResponse;
}
