import type { ResourceType } from '../cloudformation/resource-type';
import type { AlarmStore } from '../services/alarms';
import { namedResource } from './named-resource';

/** AWS::CloudWatch::Alarm and CompositeAlarm: a name with a state that is set by hand. */
export function cloudWatchAlarm(alarms: AlarmStore): ResourceType {
  return namedResource({
    nameProperty: 'AlarmName',
    maxLength: 255,
    exists: (name) => alarms.stateOf(name) !== undefined,
    write(name) {
      alarms.create(name);
      return { physicalId: name, attributes: { Arn: alarms.arnOf(name) } };
    },
    delete: (name) => alarms.delete(name),
  });
}
