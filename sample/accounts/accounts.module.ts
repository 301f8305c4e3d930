import { Module } from '@nestjs/common';
import { AccountsService } from './accounts.service.js';

/** The users, apart from the pages: the session module asks for them, too. */
@Module({ providers: [AccountsService], exports: [AccountsService] })
export class AccountsModule {}
