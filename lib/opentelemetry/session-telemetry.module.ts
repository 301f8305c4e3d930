import { Module } from '@nestjs/common';
import { SessionTelemetry } from './session-telemetry.js';

/**
 * Spans and metrics of sessions and logins through `@opentelemetry/api`. Import it beside `SessionModule`:
 *
 * ```ts
 * @Module({ imports: [SessionModule.forRoot(), SessionTelemetryModule] })
 * export class AppModule {}
 * ```
 *
 * Register the OpenTelemetry SDK before the application is created, best in a file that Node loads first (`node --import`): its
 * providers are looked up once. No attribute holds an id of a session or user, or an address.
 *
 * @publicApi
 */
@Module({ providers: [SessionTelemetry] })
export class SessionTelemetryModule {}
