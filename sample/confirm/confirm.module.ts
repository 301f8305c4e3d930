import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ConfirmController } from './confirm.controller.js';

@Module({ imports: [AccountsModule], controllers: [ConfirmController] })
export class ConfirmModule {}
