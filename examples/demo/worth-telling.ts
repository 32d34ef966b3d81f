import type { StackEvent } from '@cdk-migrations/sandbox';
import type { Story } from './story';

/** Resources of the example app in words. The others only surround these. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^MigrationsE593F075$|^Migrations[0-9A-F]{8}$/, 'the migrations'],
  [/^MigrationsCommit/, 'the commit marker'],
  [/^MigrationsEngineTick[0-9A-F]{8}$/, "the engine's Lambda code"],
  [/^FeatureFlags$/, 'the feature flags'],
  [/^Api[0-9A-F]{8}$/, 'the application'],
  [/^Database[0-9A-F]{8}$/, 'the Aurora cluster'],
];

/** A stack event as a line of the story; undefined for the many that do not matter here. */
export function worthTelling({ logicalId, type, status, reason }: StackEvent, story: Story): string | undefined {
  const isStack = type === 'AWS::CloudFormation::Stack';
  const name = isStack ? 'the stack' : names.find(([pattern]) => pattern.test(logicalId))?.[1];
  if (name === undefined || reason === 'Resource creation Initiated') return undefined;
  const colour = /FAILED/.test(status) ? 'red' : /ROLLBACK/.test(status) ? 'yellow' : 'gray';
  const why = /FAILED|ROLLBACK_IN_PROGRESS/.test(status) && reason ? `: ${reason}` : '';
  return `  ${story.paint(colour, status.padEnd(28))} ${isStack ? story.paint('bold', name) : name}${why}`;
}
