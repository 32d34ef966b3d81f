export { Iam } from './iam';
