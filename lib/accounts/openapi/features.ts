import { apiKeysApi } from '../api-keys/api-keys.api.js';
import { phonesApi } from '../codes/phones.api.js';
import { confirmationApi } from '../confirmation/confirmation.api.js';
import { accountApi, deletionApi } from '../deletion/deletion.api.js';
import { emailChangeApi } from '../email/email-change.api.js';
import { factorsApi } from '../factors/factors.api.js';
import { invitationsApi } from '../invitations/invitations.api.js';
import { loginApi } from '../login/login.api.js';
import { mailLoginApi } from '../mail-login/mail-login.api.js';
import { notMeApi } from '../not-me/not-me.api.js';
import { passkeysApi } from '../passkeys/passkeys.api.js';
import { passwordChangeApi } from '../password-change/password-change.api.js';
import { recoveryCodesApi } from '../recovery-codes/recovery-codes.api.js';
import { recoveryApi } from '../recovery/recovery.api.js';
import { registrationApi } from '../registration/registration.api.js';
import { secondFactorApi } from '../second-factor/second-factor.api.js';
import { sessionsApi } from '../sessions/sessions.api.js';
import { totpApi } from '../totp/totp.api.js';
import { usernameApi } from '../username/username.api.js';
import { verifyApi } from '../verify/verify.api.js';
import { adminApi } from '../admin/admin.api.js';
import { tokenApi } from '../bearer/token.api.js';
import { impersonationApi } from '../impersonation/impersonation.api.js';
import { oauthApi } from '../oauth/oauth.api.js';
import type { FeatureApi } from './feature-api.js';

/** What the routes of all features take and answer, in the order of the document. */
export const featureApis: readonly FeatureApi[] = [
  loginApi,
  registrationApi,
  confirmationApi,
  recoveryApi,
  mailLoginApi,
  passkeysApi,
  secondFactorApi,
  verifyApi,
  factorsApi,
  totpApi,
  phonesApi,
  recoveryCodesApi,
  sessionsApi,
  accountApi,
  passwordChangeApi,
  emailChangeApi,
  usernameApi,
  deletionApi,
  notMeApi,
  apiKeysApi,
  adminApi,
  invitationsApi,
  impersonationApi,
  oauthApi,
  tokenApi,
];
