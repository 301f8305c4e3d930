const always = 'this is always on; leave it out';
const paths = 'the paths are fixed below SECURITY_URL_PREFIX; leave it out';
const pages = 'replace pages with the option pages';
const flows = 'a flow is valid for five minutes; leave it out';
const subjects = 'replace texts with the option messages, or templates with mail.templates';

/** Sentences that hold for many keys; the keys are without the prefix. */
const groups: readonly (readonly [instead: string, keys: string])[] = [
  [
    paths,
    'CHANGE_EMAIL_URL CHANGE_EMAIL_CONFIRM_URL CHANGE_USERNAME_URL USERNAME_RECOVERY_URL TWO_FACTOR_SETUP_URL ' +
      'REFRESH_TOKEN_URL TWO_FACTOR_TOKEN_VALIDATION_URL TWO_FACTOR_RESCUE_URL TWO_FACTOR_SELECT_URL MULTI_FACTOR_RECOVERY_CODES_URL ' +
      'MULTI_FACTOR_RECOVERY_URL US_SIGNIN_URL US_SIGNIN_SEND_CODE_URL US_SETUP_URL US_VERIFY_URL US_VERIFY_SEND_CODE_URL ' +
      'US_VERIFY_LINK_URL WAN_REGISTER_URL WAN_SIGNIN_URL WAN_VERIFY_URL WAN_DELETE_URL',
  ],
  [
    pages,
    'LOGOUT_USER_TEMPLATE SEND_LOGIN_TEMPLATE CHANGE_EMAIL_TEMPLATE CHANGE_USERNAME_TEMPLATE USERNAME_RECOVERY_TEMPLATE ' +
      'TWO_FACTOR_VERIFY_CODE_TEMPLATE TWO_FACTOR_SETUP_TEMPLATE TWO_FACTOR_SELECT_TEMPLATE MULTI_FACTOR_RECOVERY_CODES_TEMPLATE ' +
      'MULTI_FACTOR_RECOVERY_TEMPLATE US_SIGNIN_TEMPLATE US_SETUP_TEMPLATE US_VERIFY_TEMPLATE WAN_REGISTER_TEMPLATE ' +
      'WAN_SIGNIN_TEMPLATE WAN_VERIFY_TEMPLATE',
  ],
  [
    'replace templates with mail.templates',
    'REGISTER_EMAIL_TEMPLATE REGISTER_EMAIL_EXISTING_TEMPLATE REGISTER_EMAIL_EXISTING_USERNAME_TEMPLATE ' +
      'CHANGE_EMAIL_EMAIL_TEMPLATE CHANGE_USERNAME_EMAIL_TEMPLATE USERNAME_RECOVERY_EMAIL_TEMPLATE TWO_FACTOR_EMAIL_TEMPLATE ' +
      'TWO_FACTOR_RESCUE_EMAIL_TEMPLATE US_EMAIL_TEMPLATE EMAIL_TEMPLATE_PASSWORDLESS EMAIL_TEMPLATE_CONFIRM ' +
      'EMAIL_TEMPLATE_PASSWORD_RESET EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE',
  ],
  [
    subjects,
    'CHANGE_EMAIL_SUBJECT US_EMAIL_SUBJECT EMAIL_SUBJECT_PASSWORDLESS EMAIL_SUBJECT_USERNAME_CHANGE_NOTICE ' +
      'EMAIL_SUBJECT_USERNAME_RECOVERY EMAIL_SUBJECT_TWO_FACTOR EMAIL_SUBJECT_TWO_FACTOR_RESCUE',
  ],
  [
    'tokens are random, and each is for one purpose; leave it out',
    'CONFIRM_SALT RESET_SALT LOGIN_SALT CHANGE_SALT REMEMBER_SALT CHANGE_EMAIL_SALT EMAIL_CHANGE_SALT US_SETUP_SALT ' +
      'TWO_FACTOR_SETUP_SALT TWO_FACTOR_VALIDITY_SALT WAN_SALT REFRESH_TOKEN_SALT',
  ],
  [
    'the page shows the result itself; leave it out',
    'POST_CHANGE_EMAIL_VIEW POST_CHANGE_USERNAME_VIEW TWO_FACTOR_POST_SETUP_VIEW US_POST_SETUP_VIEW WAN_POST_REGISTER_VIEW',
  ],
  [
    'a page shows its errors itself; leave it out',
    'LOGIN_ERROR_VIEW VERIFY_ERROR_VIEW CHANGE_EMAIL_ERROR_VIEW TWO_FACTOR_ERROR_VIEW',
  ],
  ['a re-authentication redirects back to the page that required it; leave it out', 'POST_VERIFY_VIEW POST_VERIFY_URL'],
  ['no response reveals that an address is not confirmed; leave it out', 'REQUIRES_CONFIRMATION_ERROR_VIEW'],
  ['logins only redirect to URLs of this site; leave it out', 'REDIRECT_BASE_DOMAIN REDIRECT_ALLOWED_SUBDOMAINS'],
  [
    'name the providers in code as oauth.providers, and register /auth/oauth/{name}/callback of publicUrl there',
    'OAUTH_ENABLE OAUTH_BUILTIN_PROVIDERS OAUTH_RESPONSE_URL OAUTH_VERIFY_RESPONSE_URL',
  ],
  [paths, 'OAUTH_START_URL OAUTH_VERIFY_START_URL'],
  [
    'a sign-in redirects to its next, or to SECURITY_POST_LOGIN_VIEW; leave it out',
    'POST_OAUTH_LOGIN_VIEW POST_OAUTH_VERIFY_VIEW',
  ],
  [
    'tokens are random, and only read from the header Authorization: Bearer; leave it out',
    'TOKEN_AUTHENTICATION_KEY TOKEN_AUTHENTICATION_HEADER TOKEN_EXPIRE_TIMESTAMP BACKWARDS_COMPAT_AUTH_TOKEN',
  ],
  ['use SECURITY_TOKENS, which turns on access and refresh tokens together', 'REFRESH_TOKEN'],
  [
    'guarded routes accept sessions and, with SECURITY_TOKENS, access tokens; change that with @SessionOnly() and @AllowBasic(); leave it out',
    'API_ENABLED_METHODS',
  ],
  ['routes that require a fresh login accept no access tokens; leave it out', 'FRESHNESS_ALLOW_AUTH_TOKEN'],
  [
    'expired tokens are removed automatically; leave it out',
    'REFRESH_TOKEN_CLEANUP_EXPIRED REFRESH_TOKEN_CLEANUP_REVOKED',
  ],
  [
    'refresh tokens are not in a cookie: browsers use sessions; leave it out',
    'REFRESH_TOKEN_COOKIE_NAME REFRESH_COOKIE_NAME REFRESH_TOKEN_COOKIE',
  ],
  ['passwords are hashed with argon2id; use passwords.hashing', 'PASSWORD_HASH'],
  ['use passwords.hashing', 'PASSWORD_HASH_OPTIONS PASSWORD_HASH_PASSLIB_OPTIONS'],
  [
    'hashes are recognized by their form, and replaced at the next login; leave it out',
    'PASSWORD_SCHEMES DEPRECATED_PASSWORD_SCHEMES PASSWORD_SINGLE_HASH',
  ],
  ['tokens contain no hashes of data; leave it out', 'HASHING_SCHEMES DEPRECATED_HASHING_SCHEMES'],
  ['SECURITY_ZXCVBN_MINIMUM_SCORE turns zxcvbn on; leave it out', 'PASSWORD_COMPLEXITY_CHECKER'],
  ['a registration needs a password; leave it out', 'PASSWORD_REQUIRED'],
  [
    'the normal forms are fixed, and hashes of passwords in another form match as well; leave it out',
    'PASSWORD_NORMALIZE_FORM INPUT_NORMALIZE_FORM USERNAME_NORMALIZE_FORM',
  ],
  ['there is one form of registration; leave it out', 'USE_REGISTER_V2'],
  ['the command is named users; leave it out', 'CLI_ROLES_NAME CLI_USERS_NAME'],
  ['the style sheet is served with the pages; leave it out', 'STATIC_FOLDER STATIC_FOLDER_URL'],
  ['the nonces of helmet are used; for others, use pages.nonce', 'SCRIPT_NONCE_KEY'],
  ['roles are stored in the account; leave it out', 'JOIN_USER_ROLES'],
  ['users log in with their address or, with SECURITY_USERNAME_ENABLE, their username', 'USER_IDENTITY_MAPPINGS'],
  ['use SESSION_CSRF_MODE; GET <prefix> returns a token', 'CSRF_COOKIE CSRF_COOKIE_REFRESH_EACH_REQUEST'],
  [always, 'SEND_USERNAME_CHANGE_EMAIL'],
  ['the email of SECURITY_RECOVERABLE contains the username; leave it out', 'USERNAME_RECOVERY'],
  [
    'use mailLogin, in addition to the login with a password',
    'UNIFIED_SIGNIN US_SIGNIN_REPLACES_LOGIN US_ENABLED_METHODS US_TOKEN_VALIDITY',
  ],
  ['a second factor is required after a password and after a link in an email; leave it out', 'US_MFA_REQUIRED'],
  ['each method is a feature: totp, sms, recoveryCodes, passkeys', 'TWO_FACTOR_ENABLED_METHODS'],
  ['the methods are fixed; leave it out', 'TWO_FACTOR_IMPLEMENTATIONS'],
  [
    'a code is valid for its 30 seconds and those before and after, once; leave it out',
    'TWO_FACTOR_AUTHENTICATOR_VALIDITY',
  ],
  ['a sent code is valid for ten minutes, once; leave it out', 'TWO_FACTOR_SMS_VALIDITY TWO_FACTOR_MAIL_VALIDITY'],
  ['an email is not a second factor; leave it out', 'TWO_FACTOR_RESCUE_EMAIL TWO_FACTOR_RESCUE_MAIL'],
  ['it has the attributes of the session cookie, and SameSite=Strict; leave it out', 'TWO_FACTOR_VALIDITY_COOKIE'],
  ['a factor is enabled by its first code; leave it out', 'TWO_FACTOR_SETUP_WITHIN US_SETUP_WITHIN'],
  ['secrets are sealed with SECRET_KEY; the command `adopt` reads it, so leave it out here', 'TOTP_SECRETS'],
  [
    'recovery codes are stored as hashes, and valid until they are used or replaced; leave it out',
    'MULTI_FACTOR_RECOVERY_CODES_KEYS MULTI_FACTOR_RECOVERY_CODE_TTL',
  ],
  ['pass an object with send(sms) as sms.sender', 'SMS_SERVICE SMS_SERVICE_CONFIG'],
  ['challenges are random, of 32 bytes; leave it out', 'WAN_CHALLENGE_BYTES'],
  ['a flow is valid for five minutes; leave it out', 'WAN_REGISTER_WITHIN WAN_SIGNIN_WITHIN'],
  ['every passkey of an account can re-authenticate its user; leave it out', 'WAN_ALLOW_AS_VERIFY'],
  ['a login asks for no name, so that it does not reveal who has an account; leave it out', 'WAN_ALLOW_USER_HINTS'],
  ['a name can contain any visible characters; leave it out', 'WAN_NAME_ALLOWED_CHARS'],
];

/** What replaces keys of Flask-Security that are not read here; each completes a sentence. */
export const flaskSecurityKeys: ReadonlyMap<string, string> = new Map([
  ...groups.flatMap(([instead, keys]) => keys.split(' ').map((key): [string, string] => [`SECURITY_${key}`, instead])),
  ['SECURITY_BLUEPRINT_NAME', 'there are no blueprints; leave it out'],
  ['SECURITY_SUBDOMAIN', 'set the URL as SECURITY_PUBLIC_URL'],
  ['SECURITY_FLASH_MESSAGES', 'the pages show the result themselves; leave it out'],
  ['SECURITY_I18N_DOMAIN', 'use the option translate'],
  ['SECURITY_I18N_DIRNAME', 'use the option translate'],
  [
    'SECURITY_RETURN_GENERIC_RESPONSES',
    'with SECURITY_CONFIRMABLE, no response reveals who has an account; leave it out',
  ],
  ['SECURITY_DATETIME_FACTORY', 'times are in UTC; leave it out'],
  ['SECURITY_ANONYMOUS_USER_DISABLED', 'use anonymousUser of SessionModule'],
  ['SECURITY_PASSWORD_CONFIRM_REQUIRED', 'a password is entered once; leave it out'],
  ['SECURITY_LOGIN_URL', paths],
  ['SECURITY_LOGOUT_URL', paths],
  ['SECURITY_REGISTER_URL', paths],
  ['SECURITY_CONFIRM_URL', paths],
  ['SECURITY_RESET_URL', paths],
  ['SECURITY_CHANGE_URL', paths],
  ['SECURITY_VERIFY_URL', paths],
  ['SECURITY_LOGOUT_METHODS', 'a logout is a POST request; leave it out'],
  ['SECURITY_LOGOUT_CSRF', always],
  ['SECURITY_POST_REGISTER_VIEW', 'the page says what to do next; leave it out'],
  [
    'SECURITY_POST_CONFIRM_VIEW',
    'the page of the link has a link to the login; use links.confirm for a page of your own',
  ],
  ['SECURITY_POST_RESET_VIEW', 'the page of the link has a link to the login; use links.reset for a page of your own'],
  ['SECURITY_POST_CHANGE_VIEW', 'the page shows the result itself; leave it out'],
  ['SECURITY_CONFIRM_ERROR_VIEW', 'use links.confirm for a page of your own'],
  ['SECURITY_RESET_ERROR_VIEW', 'use links.reset for a page of your own'],
  ['SECURITY_RESET_VIEW', 'use links.reset'],
  ['SECURITY_UNAUTHORIZED_VIEW', 'use SESSION_LOGIN_URL'],
  ['SECURITY_REDIRECT_BEHAVIOR', 'the response depends on the Accept header; use links for pages of your own'],
  ['SECURITY_REDIRECT_HOST', 'use SECURITY_PUBLIC_URL'],
  ['SECURITY_REDIRECT_ALLOW_SUBDOMAINS', 'logins only redirect to URLs of this site; leave it out'],
  ['SECURITY_FRESHNESS', 'use SESSION_FRESH_FOR'],
  ['SECURITY_FRESHNESS_GRACE_PERIOD', 'use SESSION_FRESH_FOR'],
  ['SECURITY_CSRF_PROTECT_MECHANISMS', 'every route is protected; leave it out'],
  ['SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS', 'every route is protected; leave it out'],
  ['SECURITY_CSRF_COOKIE_NAME', 'use SESSION_CSRF_MODE; GET <prefix> returns a token'],
  ['SECURITY_CSRF_HEADER', 'use SESSION_CSRF_HEADER'],
  ['SECURITY_LOGIN_WITHOUT_CONFIRMATION', 'leave SECURITY_CONFIRMABLE off'],
  ['SECURITY_AUTO_LOGIN_AFTER_CONFIRM', 'links in emails do not log users in; leave it out'],
  ['SECURITY_AUTO_LOGIN_AFTER_RESET', 'links in emails do not log users in; leave it out'],
  ['SECURITY_SEND_REGISTER_EMAIL', always],
  ['SECURITY_SEND_PASSWORD_CHANGE_EMAIL', always],
  ['SECURITY_SEND_PASSWORD_RESET_EMAIL', always],
  ['SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL', always],
  ['SECURITY_EMAIL_PLAINTEXT', 'emails have both forms; leave it out'],
  ['SECURITY_EMAIL_HTML', 'emails have both forms; leave it out'],
  ['SECURITY_EMAIL_SUBJECT_REGISTER', subjects],
  ['SECURITY_EMAIL_SUBJECT_CONFIRM', subjects],
  ['SECURITY_EMAIL_SUBJECT_PASSWORD_RESET', subjects],
  ['SECURITY_EMAIL_SUBJECT_PASSWORD_NOTICE', subjects],
  ['SECURITY_EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE', subjects],
  ['SECURITY_EMAIL_SUBJECT_PASSWORDLESS', subjects],
  ['SECURITY_LOGIN_ERROR_VIEW', 'use links.mailLogin for a page of your own'],
  ['SECURITY_SEND_LOGIN_TEMPLATE', pages],
  ['SECURITY_US_EMAIL_SUBJECT', subjects],
  ['SECURITY_US_SIGNIN_REPLACES_LOGIN', 'both are available, with SECURITY_PASSWORDLESS; leave it out'],
  ['SECURITY_LOGIN_USER_TEMPLATE', pages],
  ['SECURITY_REGISTER_USER_TEMPLATE', pages],
  ['SECURITY_RESET_PASSWORD_TEMPLATE', pages],
  ['SECURITY_FORGOT_PASSWORD_TEMPLATE', pages],
  ['SECURITY_CHANGE_PASSWORD_TEMPLATE', pages],
  ['SECURITY_SEND_CONFIRMATION_TEMPLATE', pages],
  ['SECURITY_VERIFY_TEMPLATE', pages],
  [
    'SECURITY_USER_IDENTITY_ATTRIBUTES',
    'users log in with their address or, with SECURITY_USERNAME_ENABLE, their username',
  ],
  ['SECURITY_EMAIL_VALIDATOR_ARGS', 'addresses are checked by their form; leave it out'],
  ['SECURITY_CACHE_CONTROL', always],
  ['SECURITY_WAN_REGISTER_URL', paths],
  ['SECURITY_WAN_SIGNIN_URL', paths],
  ['SECURITY_WAN_VERIFY_URL', paths],
  ['SECURITY_WAN_DELETE_URL', paths],
  ['SECURITY_WAN_REGISTER_TEMPLATE', pages],
  ['SECURITY_WAN_SIGNIN_TEMPLATE', pages],
  ['SECURITY_WAN_VERIFY_TEMPLATE', pages],
  ['SECURITY_WAN_REGISTER_WITHIN', flows],
  ['SECURITY_WAN_SIGNIN_WITHIN', flows],
  ['SECURITY_WAN_SALT', 'flows are kept in the session store; leave it out'],
  ['SECURITY_WAN_POST_REGISTER_VIEW', 'the page of the passkeys shows the new one; leave it out'],
  ['SECURITY_WAN_ALLOW_AS_VERIFY', 'every passkey of an account can re-authenticate its user; leave it out'],
  [
    'SECURITY_WAN_ALLOW_USER_HINTS',
    'a login asks for no name, so that it does not reveal who has an account; leave it out',
  ],
  ['SECURITY_WAN_NAME_ALLOWED_CHARS', 'a name can contain any visible characters; leave it out'],
]);
