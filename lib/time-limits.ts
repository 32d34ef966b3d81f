import { Duration } from 'aws-cdk-lib';

/** The time limits of a deployment, in seconds. */
export interface TimeLimits {
  /** Until CloudFormation gives up waiting (aws-facts CR-8). */
  readonly service: number;
  /** Of forward work, after which the engine compensates. */
  readonly forward: number;
  /** One invocation of the tick function. */
  readonly tick: number;
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

/** Fills in defaults; adds to `errors` what is out of range. */
export function timeLimits(props: TimeLimitProps, errors: string[]): TimeLimits {
  const service = (props.timeout ?? Duration.hours(1)).toSeconds();
  const forward = props.forwardTimeout?.toSeconds() ?? Math.floor((service * 2) / 3);
  const lease = (props.lease ?? Duration.seconds(60)).toSeconds();

  if (service < 120 || service > 3600) {
    errors.push(
      `timeout is ${service} seconds. CloudFormation waits at most 1 hour for a custom resource, and an engine needs ` +
        'at least 2 minutes: give a Duration between 2 minutes and 1 hour.',
    );
  } else if (forward < 30 || forward > service * 0.75) {
    errors.push(
      `forwardTimeout is ${forward} seconds with a timeout of ${service}. At least a quarter of the timeout must be ` +
        `left to undo what was done: give a Duration between 30 and ${Math.floor(service * 0.75)} seconds, or a longer timeout.`,
    );
  }
  if (lease < 10 || lease > 300) {
    errors.push(
      `lease is ${lease} seconds. A shorter lease is lost in normal operation, a longer one delays recovery after a ` +
        'crash: give a Duration between 10 seconds and 5 minutes.',
    );
  }
  return { service, forward, lease, tick: tickSeconds(service - forward) };
}

/** A tick that hangs is started once more; both must end, and an answer be sent, before CloudFormation stops waiting. */
function tickSeconds(reserve: number): number {
  return Math.max(SHORTEST_TICK, Math.min(LONGEST_INVOCATION, Math.floor(reserve / 3)));
}
