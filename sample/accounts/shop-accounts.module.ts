import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { AuthService } from 'nestjs-session-auth';
import { AccountsModule, type OAuthProfile } from 'nestjs-session-auth/accounts';
import { MailBox } from '../mails/mail-box.js';
import { MailsModule } from '../mails/mails.module.js';
import { accountDefaults } from '../settings.js';
import { DemoProvider } from '../sign-in/demo-provider.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { accountPages } from './account-pages.js';
import { DemoAccounts } from './demo-accounts.js';

/** Registration, login by password, mail, passkey or another provider, and recovery below `/auth`, in the look of the shop. */
@Module({
  imports: [
    AccountsModule.forRootAsync({
      imports: [MailsModule, SignInModule],
      inject: [ConfigService, AuthService, MailBox, DemoProvider],
      useFactory: async (config: ConfigService, auth: AuthService, box: MailBox, provider: DemoProvider) => ({
        ...accountDefaults(config, box),
        site: 'Small Hours',
        registration: true,
        confirmation: true,
        recovery: true,
        mailLogin: true,
        passkeys: true,
        totp: true,
        recoveryCodes: true,
        apiKeys: { enabled: true, prefix: 'shop', scopes: ['profile'] },
        impersonation: true,
        admin: 'admin',
        oauth: {
          providers: await provider.start(),
          signUp: ({ email, emailVerified, name }: OAuthProfile) =>
            email === null ? null : { email, emailConfirmed: emailVerified, data: { name: name ?? email } },
        },
        afterLogin: '/auth/account',
        pages: accountPages(auth),
      }),
    }),
  ],
  providers: [DemoAccounts],
})
export class ShopAccountsModule {}
