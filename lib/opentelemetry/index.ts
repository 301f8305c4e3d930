export { SessionTelemetryModule } from './session-telemetry.module.js';
