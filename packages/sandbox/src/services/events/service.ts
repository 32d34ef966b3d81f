import { arn } from '../arn';
import { records, text, texts } from '../input';
import { jsonService } from '../json-service';
import type { Environment, Service } from '../service';
import type { EventBus } from './event-bus';

/** EventBridge for applications: putting events on the default bus. Rules come from templates. */
export function eventsService(bus: EventBus, environment: Environment): Service {
  return jsonService('events', {
    PutEvents: {
      permission: () => ({ action: 'events:PutEvents', resource: arn(environment, 'events', 'event-bus/default') }),
      run: (input) => ({
        FailedEntryCount: 0,
        Entries: records(input, 'Entries').map((entry) => ({
          EventId: bus.publish({
            source: text(entry, 'Source'),
            detailType: text(entry, 'DetailType'),
            resources: texts(entry, 'Resources'),
            detail: JSON.parse(text(entry, 'Detail')),
          }),
        })),
      }),
    },
  });
}
