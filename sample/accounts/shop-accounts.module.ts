import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { AuthService } from 'nestjs-session-auth';
import { AccountsModule } from 'nestjs-session-auth/accounts';
import { MailBox } from '../mails/mail-box.js';
import { MailsModule } from '../mails/mails.module.js';
import { accountDefaults } from '../settings.js';
import { accountPages } from './account-pages.js';
import { DemoAccounts } from './demo-accounts.js';

/** Registration, login by password, mail or passkey, and recovery below `/auth`, in the look of the shop. */
@Module({
  imports: [
    AccountsModule.forRootAsync({
      imports: [MailsModule],
      inject: [ConfigService, AuthService, MailBox],
      useFactory: (config: ConfigService, auth: AuthService, box: MailBox) => ({
        ...accountDefaults(config, box),
        site: 'Small Hours',
        registration: true,
        confirmation: true,
        recovery: true,
        mailLogin: true,
        passkeys: true,
        totp: true,
        recoveryCodes: true,
        afterLogin: '/auth/account',
        pages: accountPages(auth),
      }),
    }),
  ],
  providers: [DemoAccounts],
})
export class ShopAccountsModule {}
