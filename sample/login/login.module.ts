import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { LoginController } from './login.controller.js';

@Module({ imports: [AccountsModule], controllers: [LoginController] })
export class LoginModule {}
