import { Global, Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { PagesService } from './pages.service.js';

/** Renders the pages of all other modules. */
@Global()
@Module({ imports: [AccountsModule], providers: [PagesService], exports: [PagesService] })
export class ViewsModule {}
