import { Module } from '@nestjs/common';
import { InspectorController } from './inspector.controller.js';
import { ParallelUpdatesService } from './parallel-updates.service.js';

@Module({ controllers: [InspectorController], providers: [ParallelUpdatesService] })
export class InspectorModule {}
