import { held } from './held.js';
import { different, notHere, type Suite } from './row.js';

const { apiKeys, administration } = held;

const noRefresh = notHere(
  'no pairs of tokens: a session is renewed by its use, and an API key is valid until it is revoked',
);
const noOAuth = notHere('no login with other providers: Passport does it, and its logins pass the gate');
const inCode = different('`AccountAdministration` in a script of yours, or on the pages', administration.creates);
const noRolesTable = notHere(
  'no table of roles: an account has names of roles, and `permissionsOf` says what they permit',
);

export const testTokens: Suite = {
  test_refresh: noRefresh,
  test_refresh_errors: noRefresh,
  test_idle_expire: noRefresh,
  test_gen_mismatch: noRefresh,
  test_auto_cleanup_expired: noRefresh,
  test_reset: noRefresh,
  test_token_uniquifier: noRefresh,
  test_no_token_uniquifier: noRefresh,
  test_logout_with_token: noRefresh,
  test_refresh_cookie: noRefresh,
  test_refresh_token_csrf: noRefresh,
  test_auth_token_max_age_int: different('an API key may expire', apiKeys.expires),
  test_auth_token_max_age_delta: different('an API key may expire', apiKeys.expires),
  test_auth_token_max_age_0: different('an API key may expire', apiKeys.expires),
  test_per_user_expired_token: different('each API key has its own time', apiKeys.expires),
  test_per_user_not_expired_token: different('each API key has its own time', apiKeys.expires),
};

export const testOauthglue: Suite = {
  test_github: noOAuth,
  test_github_nocsrf: noOAuth,
  test_outside_register: noOAuth,
  test_bad_api: noOAuth,
  test_unknown_user: noOAuth,
  test_disabled_user: noOAuth,
  test_unicode_email: noOAuth,
  test_email_not_identity: noOAuth,
  test_override_user_locked: noOAuth,
  test_tf: noOAuth,
  test_spa: noOAuth,
  test_already_auth: noOAuth,
  test_simple_next: noOAuth,
  test_provider_class: noOAuth,
  test_verify: noOAuth,
  test_verify_unknown_user: noOAuth,
  test_verify_evil_user: noOAuth,
  test_verify_spa: noOAuth,
  test_verify_unknown_user_spa: noOAuth,
  test_verify_spa_exc: noOAuth,
};

export const testCli: Suite = {
  test_cli_createuser: inCode,
  test_cli_createuser_extraargs: inCode,
  test_cli_createuser_unknown_extraargs: inCode,
  test_cli_createuser_normalize: inCode,
  test_cli_createuser_errors: inCode,
  test_cli_locale: inCode,
  test_cli_createrole: noRolesTable,
  test_cli_createrole_with_perms: noRolesTable,
  test_cli_addremove_role: different(
    'on a page, by a route or in code',
    administration.setsRoles,
    administration.unknownRole,
  ),
  test_cli_addremove_permissions: noRolesTable,
  test_cli_activate_deactivate: different('on a page, by a route or in code', administration.disables),
  test_cli_reset_user: different('on a page, by a route or in code', administration.resets, administration.open),
  test_cli_change_password: different('in code, or by a mail to the owner', administration.changesPassword),
  test_cli_createuser_old: inCode,
  test_cli_createuserold_attr: inCode,
  test_cli_create_nousername: inCode,
};
