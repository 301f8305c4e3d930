import { Module } from '@nestjs/common';
import { SessionStatusController } from './session-status.controller.js';

@Module({ controllers: [SessionStatusController] })
export class EndingModule {}
