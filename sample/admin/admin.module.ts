import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AdminController } from './admin.controller.js';

@Module({ imports: [AccountsModule], controllers: [AdminController] })
export class AdminModule {}
