import { Module } from '@nestjs/common';
import { EventLog } from './event-log.js';

/** The package finds the listener in whichever module provides it. */
@Module({ providers: [EventLog] })
export class EventsModule {}
