import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CsrfGuard, SessionModule } from 'nestjs-session-auth';
import { AccountModule } from './account/account.module.js';
import { AccountsModule } from './accounts/accounts.module.js';
import { AccountsService } from './accounts/accounts.service.js';
import { AdminModule } from './admin/admin.module.js';
import { ApiModule } from './api/api.module.js';
import { CartModule } from './cart/cart.module.js';
import { ConfirmModule } from './confirm/confirm.module.js';
import { DevicesModule } from './devices/devices.module.js';
import { EndingModule } from './ending/ending.module.js';
import { EventsModule } from './events/events.module.js';
import { FormerShop } from './former-shop/former-shop.service.js';
import { FormerShopModule } from './former-shop/former-shop.module.js';
import { InspectorModule } from './inspector/inspector.module.js';
import { LoginModule } from './login/login.module.js';
import { sessionDefaults } from './settings.js';
import { ShopModule } from './shop/shop.module.js';
import { PageExceptionFilter } from './views/page-exception.filter.js';
import { ViewsModule } from './views/views.module.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    SessionModule.forRootAsync({
      imports: [AccountsModule, FormerShopModule],
      inject: [ConfigService, AccountsService, FormerShop],
      useFactory: (config: ConfigService, accounts: AccountsService, former: FormerShop) => ({
        ...sessionDefaults(config),
        migrateFrom: former.sources,
        userLoader: (id) => accounts.find(id),
        loginUrl: '/login',
        loginMessage: 'Please log in to see this page.',
        loginMessageCategory: 'info',
        confirmUrl: '/confirm',
      }),
    }),
    ViewsModule,
    ShopModule,
    CartModule,
    LoginModule,
    AccountModule,
    DevicesModule,
    ConfirmModule,
    AdminModule,
    InspectorModule,
    EndingModule,
    EventsModule,
    ApiModule,
  ],
  providers: [
    { provide: APP_GUARD, useExisting: CsrfGuard },
    { provide: APP_FILTER, useClass: PageExceptionFilter },
  ],
})
export class AppModule {}
