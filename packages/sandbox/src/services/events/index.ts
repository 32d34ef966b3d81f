export { EventBus } from './event-bus';
export { type Rule, RuleStore, type RuleTarget } from './rule-store';
export { eventsService } from './service';
