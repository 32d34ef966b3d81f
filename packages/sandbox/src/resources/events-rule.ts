import type { Properties, ResourceType } from '../cloudformation/resource-type';
import type { RuleStore, RuleTarget } from '../services/events';
import type { Input } from '../services/input';
import { namedResource } from './named-resource';
import { object, objects, optionalText, text } from './properties';

/** AWS::Events::Rule on the default bus. Schedules never fire in the sandbox. */
export function eventsRule(rules: RuleStore, warn: (message: string) => void): ResourceType {
  return namedResource({
    nameProperty: 'Name',
    exists: (name) => rules.all().some((rule) => rule.name === name),
    write(name, { properties }) {
      if (properties['ScheduleExpression'] !== undefined) {
        warn(`Rule ${name} has a schedule; the sandbox does not run schedules.`);
      }
      rules.save({
        name,
        enabled: (optionalText(properties, 'State') ?? 'ENABLED') !== 'DISABLED',
        pattern: patternOf(properties),
        targets: objects(properties, 'Targets').map(targetOf),
      });
      return { physicalId: name, attributes: { Arn: rules.arnOf(name) } };
    },
    delete: (name) => rules.delete(name),
  });
}

/** Rules of another bus would only see that bus's events, and the sandbox has none. */
function patternOf(properties: Properties): Input | undefined {
  const bus = optionalText(properties, 'EventBusName') ?? 'default';
  const onDefaultBus = bus === 'default' || bus.endsWith('event-bus/default');
  return onDefaultBus && properties['EventPattern'] !== undefined ? object(properties, 'EventPattern') : undefined;
}

function targetOf(target: Properties): RuleTarget {
  const transformer = object(target, 'InputTransformer');
  const paths = object(transformer, 'InputPathsMap');
  return {
    arn: text(target, 'Arn'),
    roleArn: optionalText(target, 'RoleArn'),
    input: optionalText(target, 'Input'),
    inputPath: optionalText(target, 'InputPath'),
    transformer:
      target['InputTransformer'] === undefined
        ? undefined
        : {
            template: text(transformer, 'InputTemplate'),
            paths: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, String(path)])),
          },
  };
}
