import { held } from './held.js';
import { better, different, notHere, option, same, type Suite } from './row.js';

const { apiKeys, administration, tokens, oauth, command } = held;

const noCookie = notHere('tokens have no cookie: browsers have sessions');
const twoKeys = different('tokens end with the password; API keys survive a change of it', apiKeys.password);
const noPhone = different('further values are set in code', administration.creates);
const byLink = different('never by an address: by provider and subject, once they are linked', oauth.noAddress);
const noRolesTable = notHere(
  'no table of roles: an account has names of roles, and `permissionsOf` says what they permit',
);

export const testTokens: Suite = {
  test_refresh: same(tokens.refreshed, tokens.expired),
  test_refresh_errors: same(tokens.madeUp, tokens.idle),
  test_idle_expire: same(tokens.idle),
  test_gen_mismatch: better('and the owner gets a mail', tokens.refreshed),
  test_auto_cleanup_expired: same(tokens.idle),
  test_reset: same(tokens.ended),
  test_token_uniquifier: twoKeys,
  test_no_token_uniquifier: same(tokens.ended),
  test_logout_with_token: same(tokens.revoked),
  test_refresh_cookie: noCookie,
  test_refresh_token_csrf: noCookie,
  test_auth_token_max_age_int: same(tokens.expired, option('tokens.maxAge')),
  test_auth_token_max_age_delta: same(tokens.expired, option('tokens.maxAge')),
  test_auth_token_max_age_0: different('an error at boot', tokens.settings),
  test_per_user_expired_token: different('one time for all tokens; an API key has its own', apiKeys.expires),
  test_per_user_not_expired_token: different('one time for all tokens; an API key has its own', apiKeys.expires),
};

export const testOauthglue: Suite = {
  test_github: same(oauth.pages, oauth.browser),
  test_github_nocsrf: better('routes for guests are protected as well', held.pages.crossSite),
  test_outside_register: same(oauth.withoutOpenid),
  test_bad_api: same(oauth.input, oauth.badState),
  test_unknown_user: same(oauth.unknown),
  test_disabled_user: better('and says nothing of why', oauth.refused),
  test_unicode_email: byLink,
  test_email_not_identity: byLink,
  test_override_user_locked: better('and says nothing of why', oauth.refused, held.gate.walk),
  test_tf: same(oauth.secondFactor),
  test_spa: different('the answer to the provider’s redirect is JSON for who asks for it', oauth.known, oauth.unknown),
  test_already_auth: same(oauth.input),
  test_simple_next: same(oauth.browser),
  test_provider_class: different('listeners hear of a failure, and the page says it', oauth.failed, oauth.pages),
  test_verify: better('a session that the provider had before confirms nothing', oauth.verify, oauth.noSession),
  test_verify_unknown_user: same(oauth.verify),
  test_verify_evil_user: same(oauth.verify),
  test_verify_spa: same(oauth.verify),
  test_verify_unknown_user_spa: same(oauth.verify),
  test_verify_spa_exc: same(oauth.failed),
};

export const testCli: Suite = {
  test_cli_createuser: same(command.accounts, command.wrong),
  test_cli_createuser_extraargs: noPhone,
  test_cli_createuser_unknown_extraargs: same(command.wrong),
  test_cli_createuser_normalize: same(command.accounts, held.registration.unicode),
  test_cli_createuser_errors: same(command.wrong),
  test_cli_locale: notHere('the command speaks English'),
  test_cli_createrole: noRolesTable,
  test_cli_createrole_with_perms: noRolesTable,
  test_cli_addremove_role: same(command.accounts, command.wrong),
  test_cli_addremove_permissions: noRolesTable,
  test_cli_activate_deactivate: same(command.accounts, command.wrong),
  test_cli_reset_user: same(command.passwords, administration.open),
  test_cli_change_password: same(command.passwords),
  test_cli_createuser_old: same(command.accounts),
  test_cli_createuserold_attr: noPhone,
  test_cli_create_nousername: same(command.accounts),
};
