import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CsrfGuard, SessionModule } from 'nestjs-session-auth';
import { AccountModule } from './account/account.module.js';
import { ShopAccountsModule } from './accounts/shop-accounts.module.js';
import { AdminModule } from './admin/admin.module.js';
import { ApiModule } from './api/api.module.js';
import { CartModule } from './cart/cart.module.js';
import { DevicesModule } from './devices/devices.module.js';
import { EndingModule } from './ending/ending.module.js';
import { EventsModule } from './events/events.module.js';
import { FormerShop } from './former-shop/former-shop.service.js';
import { FormerShopModule } from './former-shop/former-shop.module.js';
import { InspectorModule } from './inspector/inspector.module.js';
import { LiveModule } from './live/live.module.js';
import { MailsModule } from './mails/mails.module.js';
import { sessionDefaults } from './settings.js';
import { ShopModule } from './shop/shop.module.js';
import { PageExceptionFilter } from './views/page-exception.filter.js';
import { ViewsModule } from './views/views.module.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    SessionModule.forRootAsync({
      imports: [FormerShopModule],
      inject: [ConfigService, FormerShop],
      useFactory: (config: ConfigService, former: FormerShop) => ({
        defaults: sessionDefaults(config),
        migrateFrom: former.sources,
        redirects: { loginUrl: '/auth/login', confirmUrl: '/auth/verify' },
        messages: { login: { text: 'Please log in to see this page.', category: 'info' } },
      }),
    }),
    ShopAccountsModule,
    ViewsModule,
    ShopModule,
    CartModule,
    AccountModule,
    MailsModule,
    DevicesModule,
    LiveModule,
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
