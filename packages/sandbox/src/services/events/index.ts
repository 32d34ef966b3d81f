export { EventBus } from './event-bus';
export { RuleStore, type RuleTarget } from './rule-store';
export { eventsService } from './service';
