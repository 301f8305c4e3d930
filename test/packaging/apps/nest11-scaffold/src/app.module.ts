import { Module } from '@nestjs/common';
import { SessionModule } from 'nestjs-session-auth';
import { AppController } from './app.controller';
import { AppService } from './app.service';
import { ada, ShopController } from './shop.controller';

@Module({
  imports: [SessionModule.forRoot({ userLoader: (id) => (id === ada.id ? ada : null) })],
  controllers: [AppController, ShopController],
  providers: [AppService],
})
export class AppModule {}
