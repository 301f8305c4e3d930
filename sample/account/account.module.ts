import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AccountController } from './account.controller.js';
import { DeletionController } from './deletion.controller.js';
import { EmailController } from './email.controller.js';

@Module({ imports: [AccountsModule], controllers: [AccountController, EmailController, DeletionController] })
export class AccountModule {}
