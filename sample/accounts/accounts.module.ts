import { Module } from '@nestjs/common';
import { AccountsService } from './accounts.service.js';

/** The users, in a module of their own because the session module needs them, too. */
@Module({ providers: [AccountsService], exports: [AccountsService] })
export class AccountsModule {}
