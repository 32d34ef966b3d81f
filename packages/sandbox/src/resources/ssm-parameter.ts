import type { ResourceType } from '../cloudformation/resource-type';
import type { ParameterStore } from '../services/ssm';
import { putParameter } from '../services/ssm';
import { namedResource } from './named-resource';
import { optionalText, text } from './properties';

/** AWS::SSM::Parameter. */
export function ssmParameter(store: ParameterStore): ResourceType {
  return namedResource({
    nameProperty: 'Name',
    exists: (name) => store.find(name) !== undefined,
    write(name, { properties }) {
      const [type, value] = [text(properties, 'Type'), text(properties, 'Value')];
      putParameter(store, {
        Name: name,
        Type: type,
        Value: value,
        Tier: optionalText(properties, 'Tier'),
        AllowedPattern: optionalText(properties, 'AllowedPattern'),
        Overwrite: true,
      });
      return { physicalId: name, attributes: { Type: type, Value: value } };
    },
    delete(name) {
      store.delete(name);
    },
  });
}
