import { Global, Module } from '@nestjs/common';
import { PagesService } from './pages.service.js';

/** Renders the pages of all other modules. */
@Global()
@Module({ providers: [PagesService], exports: [PagesService] })
export class ViewsModule {}
