import { Duration } from 'aws-cdk-lib';

/** The time limits of a deployment, in seconds. */
export interface TimeLimits {
  /** Until CloudFormation stops waiting (aws-facts CR-8). */
  readonly service: number;
  /** For applying migrations, after which the engine undoes what it did. */
  readonly forward: number;
  /** For one invocation of the tick function. */
  readonly tick: number;
  /** For one invocation of the function that works on a segment. */
  readonly work: number;
  /** Until another engine may take over. */
  readonly lease: number;
}

export interface TimeLimitProps {
  readonly timeout?: Duration;
  readonly forwardTimeout?: Duration;
  readonly lease?: Duration;
}

/** AWS Lambda's own limit (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const LONGEST_INVOCATION = 900;
const SHORTEST_TICK = 60;
/** A child of a Distributed Map that runs as an express workflow takes five minutes at most (aws-facts SFN-3). */
const LONGEST_CHILD = 300;

/** Fills in defaults; adds to `errors` what is out of range. */
export function timeLimits(props: TimeLimitProps, errors: string[]): TimeLimits {
  const service = (props.timeout ?? Duration.hours(1)).toSeconds();
  const forward = props.forwardTimeout?.toSeconds() ?? Math.floor((service * 2) / 3);
  const lease = (props.lease ?? Duration.seconds(60)).toSeconds();

  if (service < 120 || service > 3600) {
    errors.push(
      `timeout must be between 2 minutes and 1 hour, got ${service} seconds: CloudFormation waits at most 1 hour for a ` +
        'custom resource, and the engine needs at least 2 minutes.',
    );
  } else if (forward < 30 || forward > service * 0.75) {
    errors.push(
      `forwardTimeout must be between 30 and ${Math.floor(service * 0.75)} seconds with a timeout of ${service} seconds, ` +
        `got ${forward} seconds: at least a quarter of the timeout is kept for undoing.`,
    );
  }
  if (lease < 10 || lease > 300) {
    errors.push(
      `lease must be between 10 seconds and 5 minutes, got ${lease} seconds: a shorter lease expires in normal ` +
        'operation, a longer one delays recovery after a crash.',
    );
  }
  return { service, forward, lease, tick: tickSeconds(service - forward), work: LONGEST_CHILD - 15 };
}

/** A tick that hangs is started once more; both must end, and an answer be sent, before CloudFormation stops waiting. */
function tickSeconds(reserve: number): number {
  return Math.max(SHORTEST_TICK, Math.min(LONGEST_INVOCATION, Math.floor(reserve / 3)));
}
