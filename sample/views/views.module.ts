import { Global, Module } from '@nestjs/common';
import { PagesService } from './pages.service.js';

/** What every page is drawn with. */
@Global()
@Module({ providers: [PagesService], exports: [PagesService] })
export class ViewsModule {}
