import { adminAccountPage, adminAccountsPage } from '../admin/admin.page.js';
import { adminInvitationsPage, invitationPage } from '../invitations/invitations.page.js';
import { apiKeysPage } from '../api-keys/api-keys.page.js';
import { phonePage } from '../codes/phone.page.js';
import { confirmPage } from '../confirmation/confirmation.page.js';
import { deletionPage, deletionUndoPage } from '../deletion/deletion.page.js';
import { accountPage, loginPage } from '../login/login.page.js';
import { emailConfirmPage, emailPage } from '../email/email-change.page.js';
import { emailUndoPage, notMePage } from '../not-me/not-me.page.js';
import { usernamePage } from '../username/username.page.js';
import { mailLoginCodePage, mailLoginLinkPage, mailLoginPage } from '../mail-login/mail-login.page.js';
import { oauthPage } from '../oauth/oauth.page.js';
import { passkeysPage } from '../passkeys/passkeys.page.js';
import { passwordPage } from '../password-change/password-change.page.js';
import { recoverPage, resetPage } from '../recovery/recovery.page.js';
import { registerPage } from '../registration/registration.page.js';
import { sessionsPage } from '../sessions/sessions.page.js';
import { verifyPage } from '../verify/verify.page.js';
import { factorsPage } from '../factors/factors.page.js';
import { recoveryCodesPage } from '../recovery-codes/recovery-codes.page.js';
import { secondFactorPage } from '../second-factor/second-factor.page.js';
import { totpPage } from '../totp/totp.page.js';
import type { PageName, PageTemplate } from './page.js';

/** The pages in the box: plain HTML that needs no script. */
export const defaultPages: Readonly<Record<PageName, PageTemplate>> = {
  login: loginPage,
  mailLogin: mailLoginPage,
  mailLoginCode: mailLoginCodePage,
  mailLoginLink: mailLoginLinkPage,
  email: emailPage,
  emailConfirm: emailConfirmPage,
  emailUndo: emailUndoPage,
  username: usernamePage,
  notMe: notMePage,
  register: registerPage,
  confirm: confirmPage,
  recover: recoverPage,
  reset: resetPage,
  verify: verifyPage,
  password: passwordPage,
  account: accountPage,
  passkeys: passkeysPage,
  sessions: sessionsPage,
  deletion: deletionPage,
  deletionUndo: deletionUndoPage,
  secondFactor: secondFactorPage,
  factors: factorsPage,
  totp: totpPage,
  phone: phonePage,
  recoveryCodes: recoveryCodesPage,
  apiKeys: apiKeysPage,
  oauth: oauthPage,
  adminAccounts: adminAccountsPage,
  adminAccount: adminAccountPage,
  adminInvitations: adminInvitationsPage,
  invitation: invitationPage,
};
