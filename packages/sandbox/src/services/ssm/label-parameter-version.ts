import { AwsError } from '../../aws-error';
import { type Input, optionalNumber, text, texts } from '../input';
import type { ParameterStore, ParameterVersion } from './parameter-store';

const MAX_LABELS = 10;
const LABEL = /^(?!aws|ssm)[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$/i;

/** A label sits on one version at a time: setting it elsewhere moves it (aws-facts SSM-3). */
export function labelParameterVersion(store: ParameterStore, input: Input) {
  const name = text(input, 'Name');
  const parameter = store.find(name);
  if (!parameter) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
  const version = optionalNumber(input, 'ParameterVersion') ?? parameter.versions.at(-1)?.version;
  const target = parameter.versions.find((candidate) => candidate.version === version);
  if (!target) throw new AwsError('ParameterVersionNotFound', `Version ${version} of parameter ${name} not found.`);

  const valid = texts(input, 'Labels').filter((label) => LABEL.test(label));
  const labels = [...new Set([...target.labels, ...valid])];
  if (labels.length > MAX_LABELS) {
    throw new AwsError('ParameterVersionLabelLimitExceeded', `A version has at most ${MAX_LABELS} labels.`);
  }
  const relabel = (candidate: ParameterVersion): ParameterVersion =>
    candidate === target
      ? { ...candidate, labels }
      : { ...candidate, labels: candidate.labels.filter((label) => !valid.includes(label)) };
  store.save({ ...parameter, versions: parameter.versions.map(relabel) });
  return {
    InvalidLabels: texts(input, 'Labels').filter((label) => !LABEL.test(label)),
    ParameterVersion: version,
  };
}
