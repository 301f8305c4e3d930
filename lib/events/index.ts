export { SessionEventsModule, type SessionEventsOptions } from './session-events.module.js';
