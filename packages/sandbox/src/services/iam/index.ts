export { Iam, type Role } from './iam';
