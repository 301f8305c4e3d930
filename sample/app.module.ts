import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { SessionModule } from 'nestjs-session-auth';
import { AccountModule } from './account/account.module.js';
import { AccountsModule } from './account/accounts.module.js';
import { AccountsService } from './account/accounts.service.js';
import { ApiModule } from './api/api.module.js';
import { CartModule } from './cart/cart.module.js';
import { InspectorModule } from './inspector/inspector.module.js';
import { sessionDefaults } from './settings.js';
import { ShopModule } from './shop/shop.module.js';
import { PageExceptionFilter } from './views/page-exception.filter.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    SessionModule.forRootAsync({
      imports: [AccountsModule],
      inject: [ConfigService, AccountsService],
      useFactory: (config: ConfigService, accounts: AccountsService) => ({
        ...sessionDefaults(config),
        loginUrl: '/login',
        userLoader: (id) => accounts.find(id),
      }),
    }),
    ShopModule,
    CartModule,
    AccountModule,
    InspectorModule,
    ApiModule,
  ],
  providers: [{ provide: APP_FILTER, useClass: PageExceptionFilter }],
})
export class AppModule {}
