import { held } from './held.js';
import { better, different, notHere, option, same, type Suite } from './row.js';

const { login, registration, recovery, password, emailChange, username, mailLogin, pages, mails, texts, names } = held;

const onePrefix = different('the paths are fixed below `prefix`', pages.prefix);
const typedOnce = different('a password is typed once', registration.fields);
const noLoginByLink = different('a link in a mail logs nobody in: programs that read mails follow links');
const needsPassword = notHere('a registration needs a password; code makes accounts without one');
const captcha = notHere('a captcha is for registrations (`registration.admit`); what sends mails is limited');
const notTold = different(
  'no answer tells that an address is not confirmed; its owner gets the mail again',
  login.unconfirmed,
);
const oneAnswer = better('the same answer for every address', recovery.oneAnswer);
const alwaysMailed = notHere('the owner always hears of it, with a link for "this was not me"');
const pageSays = notHere('the page says that it is done');

export const testRegisterable: Suite = {
  test_registerable_flag: same(registration.immediate, registration.fields, held.events.registration),
  test_form_csrf: same(pages.crossSite),
  test_xlation: same(registration.german, texts.language),
  test_required_password: same(registration.fields),
  test_register_non_string_password: same(registration.fields),
  test_required_password_confirm: typedOnce,
  test_allow_null_password: needsPassword,
  test_allow_null_password_nologin: needsPassword,
  test_custom_register_url: onePrefix,
  test_custom_register_template: same(pages.own),
  test_disable_register_emails: different('without confirmation there is no mail at all', registration.immediate),
  test_two_factor: same(held.gate.walk, held.pending.required),
  test_two_factor_json: same(held.gate.walk, held.pending.required),
  test_form_data_is_passed_to_user_registered_signal: different(
    '`afterRegister` gets the account with its fields; events hold nothing personal',
    registration.declared,
  ),
  test_easy_password: same(held.hashes.zxcvbn, held.hashes.refuses),
  test_nullable_username: same(held.data.bare),
  test_email_normalization: same(names.address),
  test_email_normalization_options: different(
    'one rule for addresses; `registration.admit` refuses more',
    registration.admit,
  ),
  test_form_error: notHere('no form classes, whose texts could be lazy'),
  test_username: same(login.username, registration.usernameTaken),
  test_username_not_set: same(login.fields),
  test_username_template: same(registration.usernameTaken),
  test_username_normalize: same(names.username),
  test_username_errors: same(names.badUsername, registration.fields, registration.usernameTaken),
  test_username_not_enabled: same(registration.german, username.off),
  test_legacy_style_login: same(login.username),
  test_generic_response: same(registration.taken),
  test_gr_existing_username: different(
    'usernames are public: a taken one is a field error',
    registration.takenUsername,
  ),
  test_gr_extras: different('the mail leads to the login, which leads to recovery', registration.taken),
  test_gr_real_html_template: different('the mail leads to the login, which leads to recovery', registration.taken),
  test_subclass: notHere('no rule of your own for passwords: `passwords.words`, `minScore` and `ranges`'),
  test_my_mail_util: different('`registration.admit` refuses addresses', registration.admit),
  test_regv2: different('a password is typed once; the rest is the same', registration.fields),
  test_regv2_no_confirm: same(registration.fields, registration.immediate),
  test_regv2_no_confirm_username: same(registration.usernameTaken),
  test_subclass_v2: same(registration.declared),
};

export const testConfirmable: Suite = {
  test_confirmable_flag: better(
    'an account begins with its confirmation, and its link is used once',
    registration.confirmed,
    registration.once,
  ),
  test_confirmation_template: same(mails.templates),
  test_requires_confirmation_error_redirect: notTold,
  test_expired_confirmation_token: same(held.data.proofExpires),
  test_email_conflict_for_confirmation_token: different(
    'what waits in a link has no address to change',
    registration.confirmed,
  ),
  test_login_when_unconfirmed: different('leave `confirmation` off', registration.immediate),
  test_no_auth_token: same(registration.confirmed),
  test_auth_token_unconfirmed: different('leave `confirmation` off', registration.immediate),
  test_confirmation_different_user_when_logged_in_no_auto: different(
    'whoever is logged in stays so',
    registration.confirmed,
  ),
  test_confirmation_different_user_when_logged_in: different('whoever is logged in stays so', registration.confirmed),
  test_cannot_reset_password_when_email_is_not_confirmed: different(
    'who sets a password by a mail has confirmed the address',
    recovery.confirms,
  ),
  test_confirm_redirect: different('the page says so, and leads to the login', registration.german),
  test_confirm_redirect_to_post_confirm: different('a page of yours takes the token', registration.ownPage),
  test_spa_get: better('the token stays out of logs, and nothing says whose it is', registration.ownPage),
  test_spa_get_bad_token: better('nothing says whose it was', registration.ownPage),
  test_auto_login: noLoginByLink,
  test_two_factor: noLoginByLink,
  test_two_factor_json: noLoginByLink,
  test_email_not_identity: notHere('an account is found by its address in any case'),
  test_generic_response: same(registration.resend),
  test_generic_with_extra: captcha,
  test_confirmable_async: same(held.events.registration, held.events.async),
};

export const testChangeable: Suite = {
  test_changeable_flag: same(password.changed, password.form, password.fields),
  test_change_invalidates_session: same(password.changed),
  test_change_updates_remember: same(password.changed),
  test_change_invalidates_auth_token: same(held.tokens.ended),
  test_auth_uniquifier: different(
    'tokens end with the password; API keys survive a change of it',
    held.apiKeys.password,
  ),
  test_xlation: same(texts.german, texts.language),
  test_custom_change_url: onePrefix,
  test_custom_change_template: same(pages.own),
  test_disable_change_emails: alwaysMailed,
  test_custom_post_change_view: pageSays,
  test_token_change: different('a token manages no account', held.tokens.sessionNeeded),
  test_basic_change: different('HTTP Basic opens only routes that say so, and none of the account', held.basic.used),
  test_easy_password: same(held.hashes.zxcvbn),
  test_easy_password_ok: same(option('passwords.minScore')),
  test_my_validator: notHere('no rule of your own for passwords: `passwords.words`, `minScore` and `ranges`'),
  test_override_length: same(held.config.keys, held.hashes.refuses),
  test_unicode_length: same(held.hashes.accepts),
  test_unicode_invalid_length: same(held.hashes.refuses),
  test_pwd_normalize: same(registration.unicode, held.hashes.spellings),
  test_pwd_no_normalize: notHere('passwords are always normalized; hashes of others match either way'),
  test_csrf: same(password.form, held.csrf.token),
  test_csrf_json: same(held.csrf.token, held.csrf.json),
};

export const testChangeEmail: Suite = {
  test_ce: better('the former address is told, and can undo it', emailChange.made, emailChange.forms, emailChange.once),
  test_ce_json: better('the former address is told, and can undo it', emailChange.made, emailChange.fields),
  test_expired_token: same(emailChange.expired),
  test_template: same(mails.templates),
  test_template_fr: same(emailChange.german, texts.durations),
  test_generic_response: better('and the owner of a taken address is told', emailChange.taken),
  test_spa_get: different('a page of yours takes the token', option('links.emailConfirm')),
  test_ce_race: same(emailChange.race),
};

export const testChangeUsername: Suite = {
  test_cu: different('a username is not given up again; the rest is the same', username.changed, username.form),
  test_cu_json: same(username.changed, username.fields),
  test_cu_required: same(username.fields),
  test_xlation: same(texts.german),
  test_custom_change_url: onePrefix,
  test_custom_change_template: same(pages.own),
  test_disable_change_emails: alwaysMailed,
  test_custom_post_change_view: pageSays,
  test_my_validator: notHere(
    'no rule of your own for usernames; a registration is yours to refuse by `registration.admit`',
  ),
  test_username_normalize: same(names.username),
  test_username_no_normalize: notHere('usernames that look alike are one'),
  test_csrf: same(username.form, held.csrf.token),
  test_csrf_json: same(held.csrf.token, held.csrf.json),
};

export const testRecoverable: Suite = {
  test_recoverable_flag: better('the same answer for every address', recovery.done, recovery.forms, recovery.badToken),
  test_requires_confirmation_error_redirect: different(
    'no answer tells that an address is not confirmed',
    recovery.oneAnswer,
  ),
  test_recoverable_json: better('the same answer for every address', recovery.done, recovery.once, recovery.badToken),
  test_recoverable_template: same(mails.templates),
  test_recover_invalidates_session: same(recovery.done),
  test_login_form_description: same(pages.keyboard),
  test_expired_reset_token: same(recovery.expired),
  test_bad_reset_token: same(recovery.badToken),
  test_reset_token_deleted_user: same(recovery.expired),
  test_used_reset_token: same(recovery.once),
  test_reset_passwordless_user: same(recovery.firstPassword),
  test_custom_reset_url: onePrefix,
  test_custom_reset_templates: same(pages.own),
  test_spa_get: same(recovery.ownPage),
  test_spa_get_bad_token: different(
    'the page of yours has the token, and the answer to it is a 400',
    recovery.ownPage,
    recovery.badToken,
  ),
  test_easy_password: better('and uses the link not up', recovery.weak),
  test_reset_inactive: oneAnswer,
  test_email_normalization: same(recovery.spellings),
  test_password_normalization: same(registration.unicode),
  test_generic_response: same(recovery.oneAnswer),
  test_generic_with_extra: captcha,
  test_override_user_locked: different('the gate refuses the login that follows', held.gate.walk),
  test_auto_login: noLoginByLink,
  test_auto_login_json: noLoginByLink,
  test_recoverable_json_async: same(held.events.recovery, held.events.async),
  test_csrf: same(pages.crossSite),
  test_auth_csrf: same(recovery.done, pages.crossSite),
  test_recoverable_auth_json: same(recovery.done, recovery.once),
  test_username_recovery_valid_email: different('the mail of a recovery names the username', recovery.username),
  test_username_recovery_invalid_email: oneAnswer,
  test_username_recovery_generic_responses: same(recovery.oneAnswer, recovery.username),
  test_ur_inactive: oneAnswer,
  test_ur_confirm_needed: different('no answer tells that an address is not confirmed', recovery.oneAnswer),
  test_ur_confirmation_error_redirect: different(
    'no answer tells that an address is not confirmed',
    recovery.oneAnswer,
  ),
  test_ur_override_user_locked: different('the gate refuses the login that follows', held.gate.walk),
};

export const testPasswordless: Suite = {
  test_passwordless_flag: better(
    'a link is used once, by a button, in the browser that asked; no answer tells who has an account',
    mailLogin.link,
    mailLogin.oneAnswer,
    mailLogin.badToken,
  ),
  test_passwordless_template: same(mails.templates),
  test_expired_login_token: same(mailLogin.expired),
  test_spa_get: different('a page of yours takes the token', option('links.mailLogin')),
  test_spa_get_bad_token: different('a page of yours takes the token', mailLogin.badToken, mailLogin.expired),
  test_deprecated: notHere('nothing of it is deprecated'),
  test_override_user_locked: better('`gate.also` refuses every way in, and no answer says why', held.gate.walk),
};

export const testTrackable: Suite = {
  test_trackable_flag: same(held.tracking.counts),
  test_trackable_with_multiple_ips_in_headers: different(
    '`trust proxy` of the platform says which address counts',
    held.tracking.counts,
  ),
  test_trackable_using_login_user: different(
    'nothing to commit: a login is counted, however it is made',
    held.tracking.counts,
  ),
  test_trackable_datetime: different('times are UTC; `clock` sets them in tests', option('clock')),
};
