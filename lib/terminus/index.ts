export { SessionHealthIndicator, type SessionHealthOptions } from './session-health.indicator.js';
