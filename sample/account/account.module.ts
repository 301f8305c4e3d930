import { Module } from '@nestjs/common';
import { DeletionController } from './deletion.controller.js';
import { EmailController } from './email.controller.js';

@Module({ controllers: [EmailController, DeletionController] })
export class AccountModule {}
