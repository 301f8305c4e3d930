/** The tests of this package that hold what tests of Flask-Security ask for, by short names. */
import { inFile } from './row.js';

const accounts = (name: string) => inFile(`test/e2e/accounts/${name}.spec.ts`);
const sessions = (name: string) => inFile(`test/e2e/${name}.spec.ts`);
const unit = (name: string) => inFile(`test/unit/${name}.spec.ts`);

const login = accounts('login');
const registration = accounts('registration');
const recovery = accounts('recovery');
const passwordChange = accounts('password-change');
const surroundings = accounts('surroundings');
const mailLogin = accounts('mail-login');
const emailChange = accounts('email-change');
const username = accounts('username');
const rows = accounts('flask-security-rows');
const gate = accounts('gate');
const pending = accounts('second-factor');
const totp = accounts('totp');
const codes = accounts('codes');
const devices = accounts('trusted-devices');
const passkeys = accounts('passkeys');
const passkeyLogin = accounts('passkey-login');
const passkeyFactor = accounts('passkey-factor');
const apiKeys = accounts('api-keys');
const administration = accounts('administration');
const tokens = accounts('tokens');
const basic = accounts('basic');
const oauth = accounts('oauth');
const command = sessions('command-users');
const events = accounts('events');
const guard = sessions('auth-guard');
const roles = sessions('auth-roles');
const loaders = sessions('auth-loaders');
const redirects = sessions('auth-redirects');
const fresh = sessions('auth-fresh');
const csrf = sessions('csrf-guard');
const csrfToken = sessions('csrf-token');
const passwords = unit('accounts/passwords');
const normalForm = unit('accounts/normal-form');
const messages = unit('accounts/messages');
const config = unit('accounts/read-config');
const accountContract = inFile('lib/testing/account-contract/account-cases.ts');
const credentialContract = inFile('lib/testing/account-contract/credential-cases.ts');
const tables = inFile('test/contract/accounts-tables.spec.ts');
const proofs = inFile('test/contract/accounts-proofs.spec.ts');
const browser = inFile('test/browser/accounts-pages.spec.ts');

export const held = {
  login: {
    in: login('C2-25: with the address and the password enters the account, whose password nobody sees'),
    form: login('C2-25: by a form leads a browser where it wanted to go'),
    wrongForm: login('by a wrong form shows it again with what was typed, but no password'),
    out: login('C2-33: ends by a logout, for a script and for a browser'),
    spellings: login('C2-26: finds the account by …'),
    username: login('C2-31: takes the username where there are usernames, and the address as well'),
    already: login('C2-29: is not made where somebody is logged in: 409, and a browser goes on'),
    oneAnswer: login(
      'C2-36: has the same bytes, header names and cookies for an unknown address and for every account that lets nobody in',
    ),
    unconfirmed: login('with the right password of an unconfirmed account mails its owner'),
    fields: login('names the fields of what it cannot use: …'),
    rehashed: login('C2-80: replaces the hash of another library by one of its own, once the answer is sent'),
    overview: login('says what there is and who is logged in, and begins no session'),
    underPath: login('leads to a place below the path of publicUrl, which a proxy takes off, and so does a logout'),
    remember: login('is proposed to be remembered where that is set'),
    csrfToken: login('has a token for forms with csrf.mode token'),
  },
  next: {
    own: accounts('redirects')('…, which is on this site'),
    foreign: accounts('redirects')('…, and goes where logins go'),
    loginUrl: unit('auth/login-redirect')('at … is …'),
    noLoop: rows('C2-30: leads who is logged in from each page before a login to the application, whatever its next'),
  },
  registration: {
    confirmed: registration(
      'C2-40: with confirmation makes an account once the link is used in the same browser, and logs nobody in',
    ),
    immediate: registration('C2-39: without confirmation makes an account and logs in'),
    german: registration('is done by a person with forms alone, in German'),
    taken: registration('C2-37: of an address that has an account has the same answer, and mails the owner'),
    once: registration('C2-44: uses a link once, also if twenty requests do so at once'),
    resend: registration('is sent again on request, with the same answer for any address'),
    declared: registration('takes the declared fields alone, and checks them'),
    admit: registration('asks the application whether to admit it'),
    fields: registration('names the fields of what it cannot use: …'),
    usernameTaken: registration('C2-43: tells that a username is taken, in whatever case'),
    unicode: registration('C2-42: of a password in another form of Unicode is the same'),
    off: registration('is a 404 where it is off, page and all'),
    limits: registration('sends three mails to one address in 15 minutes, and then has the same answer without one'),
    takenUsername: rows('C2-38: says of a taken username that it is taken, and mails nobody'),
    ownPage: rows(
      'C2-46: hands the token of a confirmation to the page of a single-page application, and nothing of whose it is',
    ),
  },
  recovery: {
    done: recovery('C2-47: sets a new password, ends every session and remembered login, and tells the owner'),
    forms: recovery('is done with forms alone'),
    oneAnswer: recovery('C2-36: has the same answer for an address without an account, and sends nothing there'),
    spellings: recovery('mails the address of the account, however it was spelled in the request'),
    username: recovery('leads to the application’s own page where it has one, and names the username'),
    once: recovery('C2-48: is made once by a link, by twenty requests at once as well'),
    sender: recovery('names the host of publicUrl, whatever the request says'),
    badToken: recovery('C2-48: is not made by a token that is …'),
    expired: recovery('C2-48: is not made by an expired link, nor of a deleted or a disabled account'),
    weak: recovery('uses nothing up with a weak password'),
    elsewhere: recovery('C2-45: by a browser that is logged in as somebody else leaves it logged in'),
    confirms: recovery('confirms the address of an account that was not confirmed'),
    ownPage: rows(
      'C2-49: hands the token of a recovery to the page of a single-page application, and nothing of whose it is',
    ),
    firstPassword: inFile('test/docs/recipes/accounts.spec.ts')(
      'has a first account after its seed, whose owner sets a password',
    ),
  },
  password: {
    changed: passwordChange(
      'C2-51: keeps this session under a new id, remembered as it was, ends the others, and tells the owner',
    ),
    form: passwordChange('is done with a form, which asks for the current password, by who is logged in'),
    fields: passwordChange('names the fields of what it cannot use: …'),
    needsLogin: passwordChange('needs a login'),
    first: passwordChange('C2-53: of an account without one needs a fresh login instead'),
    verify: passwordChange('C2-66: makes the login fresh for an action, by the password'),
    verifyForm: passwordChange('leads a browser back where it came from, or says that it is done'),
  },
  hashes: {
    own: passwords('makes argon2id of 19 MiB and two passes, with a salt of its own'),
    spellings: passwords('is one for the spellings of a password that keyboards make'),
    foreign: passwords('… …: the right password, and no other (…)'),
    flaskSalt: passwords('are those of Flask-Security only with its salt'),
    anySalt: passwords('are those of Flask-Security with a salt of any letters'),
    unreadable: passwords('is false for a stored hash that is …, and says so once, without the hash'),
    weaker: passwords('is true for a hash that is weaker than new ones, and false for a stronger one'),
    refuses: passwords('refuses …'),
    accepts: passwords('accepts …'),
    zxcvbn: passwords('asks zxcvbn if told to'),
    breached: passwords(
      'refuses a breached password, and tells the service five digits of its hash, asking for padding',
    ),
    rangesDown: passwords('does as it is told where the service does not answer, and reports it without the password'),
  },
  emailChange: {
    made: emailChange('C2-54: is made by the link to the new address, and the present one is valid until then'),
    forms: emailChange('is done with forms alone, and undone with them'),
    fields: emailChange('names the fields of what it cannot use: …'),
    taken: emailChange(
      'C2-55: has the same answer for an address that is taken, whose owner is told, and so is the present one',
    ),
    expired: emailChange('C2-54: is void after two hours'),
    once: emailChange('is used once, by twenty requests at once as well'),
    race: emailChange('C2-54: changes nothing if somebody else has got the address in between'),
    german: emailChange('is told in German, through a real server'),
  },
  username: {
    changed: username('C2-56: is made at once, and its owner is told'),
    form: username('is done with a form'),
    fields: username('names the field of what it cannot use: …'),
    taken: username('C2-56: names a username that is taken, whatever its case'),
    off: username('is not there without usernames'),
  },
  mailLogin: {
    link: mailLogin(
      'C2-77: lets an account without a password in, once, with the link of the mail, in the browser that asked',
    ),
    code: mailLogin('C2-76: lets in with the code of the mail, however it is typed, and both are used up then'),
    forms: mailLogin('is done with forms alone, by the link'),
    oneAnswer: mailLogin('has the same answer for an address without an account: bytes, headers and a session'),
    fields: mailLogin('names the fields of what it cannot use: …'),
    whileIn: mailLogin('is of no use to who is logged in'),
    german: mailLogin('gets a mail in German that arrives through a real server'),
    expired: mailLogin('and the code are void after ten minutes'),
    badToken: mailLogin('lets nobody in with a token that is …'),
    proves: mailLogin('goes to who first proves its mailbox, without the password and the factors set before'),
  },
  gate: {
    walk: gate('lets nobody into an account that is …, by the way …'),
    disabled: gate('C2-32: ends a session whose account is disabled with its next request, and for good'),
  },
  pending: {
    asked: pending('C2-69: is asked before there is a login, and logs in as the first request said'),
    page: pending('is asked by a page, which works without script'),
    fields: pending('names the fields of what it cannot use, and counts no guess: …'),
    none: pending('C2-72: there is none, after ten minutes no longer, and not for who is logged in'),
    methods: pending('C2-75: offers every method that the account has, and keeps where to go'),
    required: pending('C2-70: has to be set up before there is a login, after a code by mail: …'),
    requiredPages: pending('is set up by pages, without script'),
    notRequired: pending('is asked of nobody else'),
  },
  totp: {
    setUp: totp('C2-70: is set up by its first code, listed, used at the login, and removed'),
    pages: totp('is set up and removed by pages, without script'),
    keyReplaced: totp('C2-74: keeps its secret when the secret key is replaced'),
    once: totp('proves nothing twice: twenty parallel uses of one code are one login'),
    sealed: totp('is sealed in the database, bound to its row, and opens with a former secret key'),
    fresh: totp('ASVS 7.5.1: is changed only within 15 minutes after all factors were proved'),
    removed: totp('can come back for a while after it was removed, and cannot be used until then'),
    off: totp('is not there where it is off'),
    ownSession: rows('in no other session than one of its account'),
    halfAnHour: rows('within half an hour'),
  },
  recoveryCodes: {
    used: totp('C2-74: are shown once, count once, are told, and end with new ones'),
    hashed: totp('are stored as hashes under a key, and are no second factor by themselves'),
    page: totp('are shown by a page to print'),
  },
  sms: {
    used: codes('C2-70: is set up by the code that was sent, asked at the login and to confirm it, and removed'),
    pages: codes('works by pages without script, in German, and leads to where one wanted to go'),
    refused: codes('is refused: …'),
    sealed: codes('is sealed in the database, and nobody finds its number in what is told'),
    required: codes('is set up by a login that has to have a second factor, which it is the last one of'),
    off: codes('is not there where it is off'),
    newest: codes(
      'ASVS 6.6.2: counts in the login that has asked for it, for what it was sent for, and until a newer one there',
    ),
    badCode: codes('is not what cannot be one: …'),
    senderFails: codes('logs what the sender throws, without number and code, and answers as ever'),
    mailbox: codes('gets the code at the login of an account that has nothing better, and proves what it says'),
    number: unit('accounts/phone-numbers')('get no messages: …, of …'),
  },
  trusted: {
    device: devices('C2-73: is not asked for the second factor, as long as it is trusted, by its account'),
    page: devices('is proposed by the page, without script, and remembered beside it'),
    shorter: devices('for longer than a time that was set since'),
    ends: devices('with …'),
    passkey: devices('makes a device trusted, too'),
  },
  passkeys: {
    managed: passkeys('C2-78: are added, listed, renamed and deleted, in JSON'),
    forms: passkeys('are renamed and deleted by forms, which work without a script'),
    wrong: passkeys('C2-78: is refused with anything wrong in it, and the flow is used up'),
    taken: passkeys('is refused if it has the id of one that exists, of whatever account, and ends no session then'),
    otherFlow: passkeys("C2-78: is not added with another account's flow, or another session's"),
    handle: passkeys('is not proposed to an authenticator that has one, under one user handle for good'),
    names: passkeys('is refused for one reason alone if it is …'),
    hostile: passkeys('is rejected by its field, never with a 500, and uses nothing up'),
    login: passkeyLogin('C2-78: finds the account by itself, and counts as two factors where the user was verified'),
    loginForm: passkeyLogin('is sent by a form as well, and leads a browser where it wanted to go'),
    oneAnswer: passkeyLogin('C2-78: is refused with the same bytes, whatever is wrong, and the flow is used up'),
    disabled: passkeyLogin('D14: is refused for an account that is … with the same bytes as for an unknown passkey'),
    expired: passkeyLogin('C2-78: is refused when the flow is five minutes old'),
    otherCeremony: passkeyLogin('is refused with the flow of a registration, and the other way round'),
    unverified: passkeyLogin('without a verified user is one factor, where that is allowed'),
    oneFactor: passkeyLogin('… owes a second factor, which no passkey is then'),
    off: passkeyLogin('is not there where passkeys are off, or are no first factor'),
    factor: passkeyFactor('C2-78: of the pending account completes its login; a passkey of another account does not'),
    verify: passkeyFactor('C2-78: has to be one of the account that is logged in'),
    told: passkeyFactor('is told to listeners, and so is one that is wrong, but no password'),
  },
  apiKeys: {
    used: apiKeys('is shown once, lets a program use the routes that name its scopes, and is revoked'),
    scopes: apiKeys('is refused where it lacks a scope, and where a route names none'),
    noLogin: apiKeys('is no login: it makes no session, is not fresh, and manages no account'),
    wrong: apiKeys('… is a 401'),
    expires: apiKeys('expires'),
    password: apiKeys('survives a change of the password, and ends with a reset'),
    resetAccess: apiKeys('ends when an administrator resets the access'),
  },
  tokens: {
    used: tokens('stands for its account on guarded routes and where anybody may be, and makes no session'),
    cost: tokens('costs one read, of its row and its account, and none of a session'),
    header: tokens(
      'C2-57: is read from the header alone, since addresses and bodies are kept in logs; a garbled one is nobody',
    ),
    expired: tokens('C2-58: is nobody after its time'),
    sessionNeeded: tokens(
      'C2-59: is rejected by routes for sessions alone, those that need a fresh login and those of the account among them',
    ),
    noOrigin: tokens(
      'C2-60: is asked for no proof of where it comes from, as a session is; what is for sessions alone asks all the same',
    ),
    ended: tokens('is nobody, and never again, once its account …'),
    secondFactor: tokens('asks for the second factor without a cookie, once'),
    refreshed: tokens('C2-61: gives the next pair of the same login, and ends that when it is used again later'),
    idle: tokens('C2-62: is idle for a week at most, lasts for 90 days in all, and is read from JSON alone'),
    madeUp: tokens('is nothing that somebody can make up, or end a login with'),
    revoked: tokens('ends the login of an access token, or of a refresh token'),
    settings: tokens('C2-68: says at boot which of the settings … cannot hold'),
  },
  basic: {
    used: basic('C2-63: opens the routes that allow it, by address or username, and makes no session'),
    asked: basic('C2-63: asks for what is missing or wrong, in JSON too, with its realm or that of the route'),
    order: basic('C2-64: comes after an access token and a session, and is asked where it comes from'),
  },
  oauth: {
    known: oauth('makes an account where the application wants that, and knows it again'),
    browser: oauth('leads a browser there and back'),
    pages: oauth('shows buttons, lets forms lead to the provider, and says what went wrong in words'),
    unknown: oauth('C2-79: lets nobody in who is not known, and says how to link'),
    noAddress: oauth('neither links nor lets in by an address that an account has, however verified'),
    refused: oauth('C2-79: lets nobody into an account that is disabled or locked, and says nothing of why'),
    secondFactor: oauth('C2-79: asks for the second factor, unless the provider says that it has'),
    verify: oauth('C2-79: confirms who is logged in by the linked account alone, authenticated anew'),
    input: oauth('is not there for a provider that nobody has named, and refuses what it cannot read'),
    failed: oauth('tells listeners what failed, without anything that was sent'),
    noSession: oauth('confirms nothing by a session that the provider had before'),
    badState: accounts('oauth-hostile')('lets nobody in with a response twice, in another browser, or without one'),
    withoutOpenid: accounts('oauth-providers')('are read by a function, with the token for their API alone'),
  },
  command: {
    accounts: command('C2-82: creates accounts with a password from standard input, lists, shows and changes them'),
    passwords: command('C2-82: changes passwords by the rules for passwords, and resets the access to an account'),
    wrong: command('takes no password as an argument, and says what is wrong otherwise'),
  },
  adoption: {
    accounts: inFile('test/interop/adoption/flask-security.spec.ts')(
      'become accounts with their ids, roles, times and logins, once',
    ),
  },
  administration: {
    creates: administration('C2-82: creates accounts, active by default, with roles that the administrator may give'),
    disables: administration('C2-82: disables it, which ends its sessions at the next request, and enables it again'),
    changesPassword: administration(
      'C2-82: changes a password by the rules for passwords, which ends all sessions and is told by mail',
    ),
    resets: administration('C2-82: resets the access to it'),
    setsRoles: administration('C2-82: sets its roles'),
    unknownRole: administration('that there are not are refused, and may be taken away'),
    badBody: administration('is refused with the field where a body has something else in it'),
    open: accounts('reset-access')('is open again without the factors, and lets its owner in after a recovery'),
    password: accounts('reset-access')('ends its sessions, and takes the password that the administrator gives'),
  },
  tracking: {
    counts: accounts('tracking')('C2-81: counts a login, and keeps the time and address of the last two'),
  },
  events: {
    registration: events(
      'tell of a registration, of its confirmation, and of one with a taken address, without a token or an address for mail',
    ),
    recovery: events('tell of a recovery and of the new password'),
    async: sessions('events-listeners')('where it never comes to an end: nobody waits for it'),
    failed: sessions('limiter')(
      'ASVS 16.3.1: tells the observer of each login that fails, and of each that is refused, without account or password',
    ),
  },
  pages: {
    own: surroundings('have pages of the application in place of their own, one by one'),
    linked: surroundings('have pages whose links and forms lead to each other'),
    prefix: surroundings('are at another place with prefix, and some of them nowhere with routes'),
    noRoutes: surroundings('are not there with routes: false, whereas the services are'),
    factory: surroundings('are read like those of forRoot'),
    accept: surroundings('follow Accept with its weights'),
    crossSite: surroundings('reject a request that another site has sent, a login included'),
    nonce: accounts('nonces')('… on …'),
    axe: browser(
      'has nothing that axe finds, no scrolling to the side, and nothing that its policy forbids, in every state',
    ),
    fields: browser('is right at …'),
    toLoginAndBack: inFile('test/browser/shop.spec.ts')(
      'leads a guest who asks for the account to the login, and back to it afterwards',
    ),
    keyboard: browser('lead by the keyboard alone from the registration to the logout'),
  },
  mails: {
    templates: surroundings('are templates of the application in place of those in the box, one by one'),
    recipient: accounts('mailer')('delivers text and HTML to one recipient, and asks for no automatic reply'),
  },
  texts: {
    language: messages('is, for Accept-Language …, …'),
    german: messages('are there in German with the same values in braces as in English'),
    replaced: messages('are replaced one by one, in the box or by a library'),
    durations: messages('round durations to what a reader needs'),
  },
  names: {
    address: normalForm('is one for the spellings of an address'),
    badAddress: normalForm('refuses an address with …'),
    username: normalForm('is one for what readers take for one'),
    badUsername: normalForm('refuses a username with …'),
  },
  config: {
    keys: config('are read from the environment keys of Flask-Security, in its forms'),
    codeFirst: config('are also read from keys that their names make, and code comes first'),
    production: config('need a URL, a mailer and a repository in production'),
    noFactor: config('are warned of where a second factor is required and there is none'),
    refused: config('are refused where they cannot be used: …'),
    notRead: config('are named with what replaces them'),
  },
  guard: {
    out: guard('… that is not logged in gets a 401 in JSON'),
    in: guard('who is logged in is let in'),
    toLogin: guard('a browser is sent there, and where it wanted to go comes along'),
    ownAnswer: guard(
      'has what it needs injected, and answers each refusal in its own way, of which the observer hears',
    ),
    told: redirects('ASVS 16.3.2: a redirect is a refusal, heard once'),
  },
  roles: {
    roles: roles('Flask-Security row 65: /roles/… for … is a …'),
    permissions: roles('Flask-Security row 65: /permissions/… for … is a …'),
    addUp: roles('what controller, base class and route ask for adds up: … for … is a …'),
    nobody: roles('Flask-Security row 65: who is not logged in gets a 401, whatever is asked for'),
    noRedirect: roles('a browser is not redirected where it may not go'),
    options: roles('`rolesOf` and `permissionsOf` answer …, in place of the fields'),
    taken: roles('a role that was taken away is gone with the next request'),
    code: sessions('auth-policies')('is asked in code, for subclasses as well'),
  },
  users: {
    once: loaders(
      'Flask-Login row 1: is asked once a request, by whoever asks for the user, and otherwise not, nor is the store',
    ),
    gone: loaders('is nobody; the login ends in the store, with its cookies, and is heard to end'),
    sessionFirst: loaders('Flask-Security row 64: the user of the session goes first, and no request loader is asked'),
    badRemember: loaders('a remember-me cookie that is no good does not come between, and is cleared'),
    nobody: loaders('the user is null'),
    query: accounts('queries')('are one for a request behind the guard: that of the loader'),
    remembered: sessions('remember-login')(
      'Flask-Login row 11: a login with remember, without its session cookie: logged in again, not fresh, and told so',
    ),
  },
  fresh: {
    within: fresh('Flask-Security row 66: `within` may be shorter or longer than the default'),
    page: fresh('Flask-Security row 66: a browser is sent there, with the action and the way back'),
    json: fresh('Flask-Security row 66: an API client gets JSON'),
    never: fresh('a user that came by a request loader is never fresh'),
    always: fresh('with `freshFor: null` a login is fresh as long as it lasts'),
    message: fresh('a message is left for it, and for nobody else'),
    use: fresh('use does not make a login fresh again'),
  },
  csrf: {
    reading: csrf('ASVS 3.5.3: …, which changes nothing, is not asked where it comes from'),
    byHeaders: csrf('ASVS 3.5.1, 3.5.2: by any method and content type, Sec-Fetch-Site … with the Origin …: …'),
    noCookie: csrf(
      'lets in who has no cookie of ours and is no browser, such as a client with a key: it speaks for nobody',
    ),
    json: csrf('answers with a 403 in JSON that says why and what to do'),
    exempt: csrf('lets everybody through to a route that is exempt'),
    token: csrfToken("NIST 800-63B-4 5.1: what changes something needs the session's token, also from the own page"),
    tokenEnds: csrfToken(
      'ASVS 3.5.1: a token ends with a login, a logout and a new id; the one that was asked for afterwards holds',
    ),
    loginToken: csrfToken('ASVS 3.5.1: a login, too, needs the token of the page that it was asked for with'),
    inBody: csrfToken('C2-67: a token is read …, and found or not'),
    names: csrfToken('name the header and the field'),
  },
  caching: {
    guarded: sessions('guarded-cache')(
      'ASVS 14.3.2: what a guard protects is kept by no cache, that for Back included',
    ),
    asked: sessions('guarded-cache')('the browser may keep it where the application says so'),
  },
  data: {
    found: accountContract('finds an account by its id, by its address and by its username'),
    stored: accountContract('returns everything as it was stored'),
    bare: accountContract('returns an account without what was left out'),
    taken: accountContract('says what is taken'),
    updated: accountContract('updates an account of the expected version, and raises the version'),
    deleted: accountContract('deletes an account with its credentials, and says which call did it'),
    copied: accountContract('is not changed by what the caller does to an account'),
    credential: credentialContract('returns a credential as it was stored'),
    credentialOnce: credentialContract('deletes a credential once, and says which call did it'),
    replaced: credentialContract('replaces the credentials of one kind'),
    tableNames: tables('can have other names, and be created any number of times'),
    columns: tables('are those of the page'),
    statements: tables('are read and written in few statements'),
    ownTable: inFile('test/contract/accounts-users-table.spec.ts')('is the one that is tried here'),
    proofKey: proofs('opens under a former secret key, and not without it'),
    proofExpires: proofs('expire'),
    twoApplications: sessions('config-module')('know nothing of each other'),
    purged: accounts('upkeep')('are removed by the purge, a minute after their time and not before'),
  },
} as const;
