import type { AdministrationShown } from '../admin/administered-account.js';
import type { ApiKey } from '../api-keys/listed-api-key.js';
import type { OAuthLink } from '../oauth/oauth-identities.js';
import type { Session } from '../../http/session.decorator.js';
import type { Impersonation } from '../impersonation/impersonation.js';
import type { Texts } from '../messages/messages.js';
import type { ShownPasskeys } from '../passkeys/shown-passkeys.js';
import type { Account } from '../repository/account.js';
import type { ListedSession } from '../sessions/listed-session.js';
import type { Html } from './html.js';
import type { PageNonces } from './nonces.js';

/** The pages that there are. @publicApi */
export type PageName =
  | 'login'
  | 'mailLogin'
  | 'mailLoginCode'
  | 'mailLoginLink'
  | 'email'
  | 'emailConfirm'
  | 'emailUndo'
  | 'username'
  | 'notMe'
  | 'register'
  | 'confirm'
  | 'recover'
  | 'reset'
  | 'verify'
  | 'password'
  | 'account'
  | 'passkeys'
  | 'sessions'
  | 'deletion'
  | 'deletionUndo'
  | 'secondFactor'
  | 'factors'
  | 'totp'
  | 'phone'
  | 'recoveryCodes'
  | 'apiKeys'
  | 'oauth'
  | 'adminAccounts'
  | 'adminAccount'
  | 'adminInvitations'
  | 'invitation';

/** What pages show of second factors; what is not of a page is empty there. @publicApi */
export interface FactorsShown {
  /** The methods by which a factor can be proved here, such as `totp`. */
  readonly methods: readonly string[];
  /** What a login waits for; null: nothing. */
  readonly waitsFor: 'second-factor' | 'enroll' | null;
  /** For how long the device can be trusted, so that it is not asked again, in ms; null: it cannot. */
  readonly trustFor: number | null;
  /** Whether a login that has to set up a factor has entered the code of the mail. */
  readonly isMailbox: boolean;
  readonly list: readonly {
    readonly id: string;
    readonly method: string;
    readonly name: string | null;
    /** Of a telephone: the end of its number. */
    readonly phone?: string;
    readonly createdAt: Date;
    readonly lastUsedAt: Date | null;
  }[];
  /** How many recovery codes are left. */
  readonly recoveryCodes: number;
  /** An authenticator app that is being set up: its secret in base32, and the QR code as SVG. They are shown once. */
  readonly setUp: { readonly id: string; readonly secret: string | null; readonly picture: Html | null } | null;
  /** A telephone that is being set up, and the end of its number, such as `•••78`; that is shown once. */
  readonly phoneSetUp: { readonly id: string; readonly phone: string | null } | null;
  /** The telephones to which a code can be sent. Where `methods` has `code` and there are none, it is sent by mail. */
  readonly phones: readonly { readonly id: string; readonly phone: string }[];
  /** New recovery codes, which are shown once. */
  readonly codes: readonly string[];
}

/** What the page of API keys shows. @publicApi */
export interface ApiKeysShown {
  readonly list: readonly ApiKey[];
  /** Those that keys can have. */
  readonly scopes: readonly string[];
  /** A key that has just been created, which is shown once; null: none. */
  readonly created: string | null;
}

/** What pages show of sign-in with other providers. @publicApi */
export interface OAuthShown {
  /** The providers that there are. */
  readonly providers: readonly { readonly name: string; readonly label: string }[];
  /** The accounts at them by which who is logged in gets in; empty on pages that are not about that. */
  readonly links: readonly OAuthLink[];
}

/** What a page is made from. @publicApi */
export interface PageContext {
  readonly page: PageName;
  /** The name of the site. */
  readonly site: string;
  readonly texts: Texts;
  /** The address of another page, such as `url('/login')`. */
  readonly url: (page: string) => string;
  /** Which features are on. */
  readonly features: Readonly<Record<string, boolean>>;
  /** Who is logged in; null: nobody. */
  readonly user: Account | null;
  /** The request's session, for what a layout shows of it. */
  readonly session: Session;
  /** The administrator who is in the place of {@link user}; null: nobody is. */
  readonly impersonation: Impersonation | null;
  /** The hidden field that forms need; null: none, the browser's own headers are enough. */
  readonly csrf: { readonly field: string; readonly token: string } | null;
  /** What a `<script>` and the link of a style sheet need as `nonce`, where the application's `Content-Security-Policy` has one. */
  readonly nonces: PageNonces;
  /** What was typed, without passwords; and what the query said. */
  readonly values: Readonly<Record<string, string>>;
  /** What is wrong with fields, in words. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** What is wrong, in words; null: nothing. */
  readonly error: string | null;
  /** What has been done, in words: there is nothing to fill in any more; null: nothing yet. */
  readonly done: string | null;
  /** Whether the login page proposes to stay logged in. */
  readonly remember: boolean;
  /** Whether a password is asked for, on pages where it depends. */
  readonly needsPassword: boolean;
  /** What the page is about, in words, such as the code that it shows; by names that depend on the page. */
  readonly details: Readonly<Record<string, string>>;
  /** The passkeys of who is logged in, on their page; null: another page. */
  readonly passkeys: ShownPasskeys | null;
  /** The devices of who is logged in, on the page that lists them. */
  readonly sessions: readonly ListedSession[];
  /** On pages about second factors: what there is. */
  readonly factors: FactorsShown;
  /** Sign-in with other providers: what there is. */
  readonly oauth: OAuthShown;
  /** On the page of API keys: what there is. */
  readonly apiKeys: ApiKeysShown;
  /** On the pages for administrators: what there is. */
  readonly administration: AdministrationShown;
  /** The fewest characters of a new password. */
  readonly passwordMin: number;
  /** What every page has around its content: the one of `pages.layout`, or the one in the box. */
  readonly layout: PageLayout;
}

/** The content of a page, for a layout. @publicApi */
export interface PageContent {
  /** For the tab of the browser: the heading, and before it that something is wrong. */
  readonly title: string;
  /** The heading, messages, forms and links, without `<main>`. */
  readonly main: Html;
}

/** A page: a function that returns HTML. @publicApi */
export type PageTemplate = (context: PageContext) => string | Html | Promise<string | Html>;

/** Makes a document of the content of a page. @publicApi */
export type PageLayout = (content: PageContent, context: PageContext) => string | Html | Promise<string | Html>;

/**
 * Pages of the application, by name; the others stay as they are. `layout` is what every page in the box is put into, so that it looks like
 * the application's own. `nonce` returns the nonce of the application's `Content-Security-Policy` for a request of its server, where helmet
 * does not say it; null: there is none.
 *
 * @publicApi
 */
export type PageTemplates = Readonly<Partial<Record<PageName, PageTemplate>>> & {
  readonly layout?: PageLayout;
  readonly nonce?: (request: unknown) => string | null;
};
