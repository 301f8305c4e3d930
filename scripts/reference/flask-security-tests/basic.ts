import { held } from './held.js';
import { better, different, notHere, option, same, type Suite } from './row.js';

const { login, next, gate, guard, roles, users, tokens, basic, pages, csrf } = held;

const ignored = different('another site’s `next` is ignored, and the login succeeds', next.foreign);
const thisSite = notHere('a login leads to this site only, whatever hosts belong to it');
const oneError = better('one answer, whatever is wrong', login.oneAnswer);
const asked = same(basic.asked);
const headerAlone = different('from the header alone: addresses and bodies are kept in logs', tokens.header);
const formerTokens = notHere('tokens of Flask-Security are not read: users log in again');

export const testAsync: Suite = {
  test_auth_required: same(guard.in),
  test_auth_token_required: same(tokens.used),
  test_auth_http_required: same(basic.used),
  test_roles_required: same(roles.roles),
  test_roles_accepted: same(roles.roles),
  test_permissions_required: same(roles.permissions),
  test_permissions_accepted: same(roles.permissions),
  test_anon: notHere('no guard for guests alone: ask whether `@CurrentUser()` is null'),
  test_unauth_csrf: same(csrf.reading),
};

export const testBasic: Suite = {
  test_login_view: same(pages.linked),
  test_authenticate: same(login.in, login.form),
  test_authenticate_no_anon: same(users.nobody),
  test_authenticate_with_next: same(login.form),
  test_authenticate_with_next_bp: different('`next` is a path; a name of a route is ignored', next.foreign),
  test_authenticate_with_invalid_next: ignored,
  test_authenticate_with_invalid_next_json: ignored,
  test_authenticate_with_invalid_malformed_next: ignored,
  test_unauthenticated: same(guard.toLogin, guard.told),
  test_unauthenticated_async: same(guard.told, held.events.async),
  test_login_template_next: same(pages.toLoginAndBack),
  test_authenticate_with_subdomain_next: thisSite,
  test_authenticate_with_root_domain_next: thisSite,
  test_authenticate_with_invalid_subdomain_next: ignored,
  test_authenticate_with_subdomain_next_default_config: ignored,
  test_allow_subdomains: thisSite,
  test_redirect_allow_subdomains: thisSite,
  test_redirect_allow_base_domain: thisSite,
  test_redirect_disallow_base_domain_without_dot: ignored,
  test_redirect_allow_other_ports: thisSite,
  test_view_redirect: notHere('`afterLogin` is a path of this site'),
  test_authenticate_case_insensitive_email: same(login.spellings),
  test_authenticate_with_invalid_input: oneError,
  test_get_already_authenticated: different(
    'JSON of who is logged in is at `GET /auth`',
    login.already,
    login.overview,
  ),
  test_get_already_authenticated_next: same(next.noLoop),
  test_post_already_authenticated: different('a form goes on to its `next`, JSON gets a 409', login.already),
  test_login_form: same(login.wrongForm),
  test_login_form_username: same(login.username, pages.fields),
  test_login_form_username_required: same(login.username),
  test_generic_response: same(login.oneAnswer),
  test_generic_response_username: same(login.oneAnswer),
  test_unprovided_username: same(login.fields),
  test_unprovided_password: same(login.fields),
  test_invalid_user: oneError,
  test_bad_password: better(
    'one answer, whatever is wrong, and guesses are limited',
    login.oneAnswer,
    held.events.failed,
  ),
  test_inactive_user: oneError,
  test_inactive_forbids: same(gate.disabled),
  test_inactive_forbids_token: better('for good, also once it is enabled again', tokens.ended),
  test_inactive_forbids_basic: same(gate.walk),
  test_unset_password: oneError,
  test_override_user_locked: better('`gate.also` refuses every way in, and no answer says why', gate.walk),
  test_override_user_locked_gr: same(gate.walk),
  test_logout: same(login.out),
  test_logout_post: same(login.out),
  test_logout_with_next_invalid: different('a logout has no `next`: it leads to `afterLogout`', login.out),
  test_logout_with_next: different('a logout has no `next`: it leads to `afterLogout`', login.out),
  test_missing_session_access: same(guard.toLogin),
  test_has_session_access: same(guard.in),
  test_authorized_access: same(roles.roles),
  test_unauthorized_access: same(roles.roles),
  test_unauthorized_callable_view: different('a guard of yours answers a refusal', guard.ownAnswer),
  test_unauthorized_url_view: different('who may not do it gets a 403, and is led nowhere', roles.noRedirect),
  test_roles_accepted: same(roles.roles),
  test_permissions_accepted: same(roles.permissions),
  test_permissions_required: same(roles.permissions),
  test_unauthenticated_role_required: different('who is not logged in is asked to log in', roles.nobody),
  test_multiple_role_required: same(roles.addUp),
  test_ok_json_auth: different('a login is a session; tokens are at `POST /auth/token`', login.in, tokens.used),
  test_invalid_json_auth: same(login.oneAnswer),
  test_isstring_non_string_email: same(login.fields),
  test_token_auth_via_querystring_valid_token: headerAlone,
  test_token_auth_via_header_valid_token: same(tokens.used),
  test_token_auth_via_querystring_invalid_token: same(tokens.header),
  test_token_auth_via_header_invalid_token: same(tokens.header),
  test_token_auth_invalid_for_session_auth: same(tokens.sessionNeeded),
  test_garbled_auth_token: same(tokens.header),
  test_token_auth_csrf: different('no other site can have a browser send the header', tokens.noOrigin),
  test_http_auth: same(basic.used, basic.asked),
  test_http_auth_username: same(basic.used),
  test_http_auth_no_authorization: same(basic.used, roles.roles),
  test_http_auth_no_authorization_json: same(basic.used, roles.roles),
  test_http_auth_no_authentication: asked,
  test_http_auth_no_authentication_json: asked,
  test_invalid_http_auth_invalid_username: asked,
  test_invalid_http_auth_invalid_username_json: asked,
  test_invalid_http_auth_bad_password: asked,
  test_custom_http_auth_realm: asked,
  test_http_auth_csrf: same(basic.order),
  test_multi_auth_basic: same(basic.used, basic.asked),
  test_multi_auth_basic_invalid: asked,
  test_multi_auth_token: same(tokens.used),
  test_multi_auth_session: same(guard.in),
  test_authenticated_loop: same(next.noLoop),
  test_user_deleted_during_session_reverts_to_anonymous_user: same(users.gone),
  test_session_loads_identity: different('one loader finds the user, without identities beside it', users.once),
  test_remember_token: same(users.remembered),
  test_request_loader_does_not_fail_with_invalid_token: better('and the cookie is cleared', users.badRemember),
  test_sending_auth_token_with_json: headerAlone,
  test_json_not_dict: same(login.fields),
  test_login_info: different('at `GET /auth`', login.overview),
  test_anon_required: same(next.noLoop),
  test_anon_required_json: same(login.already),
  test_change_uniquifier: same(tokens.ended),
  test_verifying_token_from_version_3x: formerTokens,
  test_verifying_token_from_version_4x: formerTokens,
  test_change_token_uniquifier: same(tokens.ended),
  test_null_token_uniquifier: notHere('every account has an epoch, a number; there is none to be missing'),
  test_token_query: same(tokens.cost),
  test_session_query: different('the token goes first, and no session is read', tokens.cost),
  test_no_get_auth_token: different('tokens are given at `POST /auth/token` alone', tokens.used),
  test_auth_token_decorator: formerTokens,
  test_override_cache_control: different('by each route', held.caching.asked),
  test_no_cache_control: different('by each route', held.caching.asked),
};

export const testConfiguration: Suite = {
  test_view_configuration: different('one `prefix` for all paths, which are fixed below it', pages.prefix, basic.asked),
  test_template_configuration: same(pages.own),
};

export const testResponse: Suite = {
  test_render_json: different('the body is fixed; what it says of the user is yours', option('payload')),
  test_render_json2: different('the body is fixed; what it says of the user is yours', option('payload')),
  test_render_json_logout: different('a logout answers 204, without a body', login.out),
  test_default_unauthn: same(guard.out, guard.toLogin),
  test_default_unauthn_bp: same(guard.toLogin, option('redirects.loginUrl')),
  test_default_unauthn_myjson: same(guard.ownAnswer),
  test_my_unauthn_handler: same(guard.ownAnswer),
  test_default_unauthz: same(roles.roles),
  test_default_unauthz_myjson: same(guard.ownAnswer),
  test_my_unauthz_handler: same(guard.ownAnswer),
  test_my_unauthz_handler_exc: same(guard.ownAnswer),
};

const axe = better('every state of every page in Chromium, with axe', pages.axe);

export const testTemplates: Suite = {
  test_valid_html: axe,
  test_valid_html_confirm: axe,
  test_valid_html_recover: axe,
  test_valid_html_rescue: different('there is no such page; that of recovery codes is looked at', pages.axe),
  test_script_nonce: same(pages.nonce),
};

const pageOfYours = different('a page is a function of its context, in place of a hook that adds to it', pages.own);

export const testContextProcessors: Suite = {
  test_context_processors: different('pages and mails are functions of their context', pages.own, held.mails.templates),
  test_passwordless_login_context_processor: pageOfYours,
  test_two_factor_context_processors: pageOfYours,
  test_unified_signin_context_processors: pageOfYours,
  test_mf_recovery_context_processors: pageOfYours,
  test_logout_context_processor: notHere('a logout has no page'),
};

const noCookie = different(
  'no cookie to echo: the browser says where a request comes from, and `GET /auth` has a token where you want one',
  csrf.byHeaders,
  login.csrfToken,
);
const noCombinations = notHere('one guard, whose options cannot contradict each other');

export const testCsrf: Suite = {
  test_login_csrf: same(login.csrfToken),
  test_login_csrf_double: same(login.already),
  test_login_csrf_json: same(login.csrfToken, csrf.tokenEnds),
  test_login_csrf_json_header: same(csrf.loginToken, csrf.names),
  test_login_csrf_unauth_ok: better('routes for guests are protected as well', pages.crossSite),
  test_login_csrf_unauth_double: same(login.already),
  test_reset: same(pages.crossSite, csrf.token),
  test_cp_reset: same(csrf.token, csrf.json),
  test_cp_with_token: same(csrf.names),
  test_cp_login_json_no_session: different('who sends no cookie cannot be forged', csrf.noCookie),
  test_cp_config: noCombinations,
  test_cp_config2: noCombinations,
  test_different_mechanisms: same(csrf.noCookie, csrf.token),
  test_different_mechanisms_nc: same(csrf.noCookie),
  test_cp_with_token_empty_mechanisms: different('by route: `@CsrfExempt()`', csrf.exempt),
  test_csrf_cookie: noCookie,
  test_cp_with_token_cookie: noCookie,
  test_cp_with_token_cookie_expire: noCookie,
  test_cp_with_token_cookie_refresh: noCookie,
  test_remember_login_csrf_cookie: noCookie,
  test_json_register_csrf_with_ignore_unauth_set_to_false: same(pages.crossSite),
  test_myform: same(csrf.byHeaders, csrf.noCookie),
  test_csrf_json_protect: different('the field of a JSON body counts, too', csrf.inBody),
  test_logout_csrf_form: different('always, and without a page that asks again', login.csrfToken),
  test_logout_csrf_json: same(pages.crossSite, login.csrfToken),
  test_logout_csrfapp_form: different('always, and without a page that asks again', login.csrfToken),
  test_logout_csrfapp_json: same(pages.crossSite, login.csrfToken),
};
