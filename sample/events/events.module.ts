import { Module } from '@nestjs/common';
import { EventLog } from './event-log.js';

/** The listener is found wherever it is provided. */
@Module({ providers: [EventLog] })
export class EventsModule {}
