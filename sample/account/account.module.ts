import { Module } from '@nestjs/common';
import { AccountController } from './account.controller.js';
import { AccountsModule } from './accounts.module.js';
import { LoginController } from './login.controller.js';

@Module({ imports: [AccountsModule], controllers: [AccountController, LoginController] })
export class AccountModule {}
