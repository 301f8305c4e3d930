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

/** The names of the pages. @publicApi */
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

/** The second factors that a page shows; empty on other pages. @publicApi */
export interface FactorsShown {
  /** The methods with which a factor can be proved here, such as `totp`. */
  readonly methods: readonly string[];
  /** What a pending login needs; null: nothing. */
  readonly waitsFor: 'second-factor' | 'enroll' | null;
  /** How long the device can be trusted, in ms; null: it cannot. */
  readonly trustFor: number | null;
  /** Whether the user, who has to set up a factor, has entered the code from the email. */
  readonly isMailbox: boolean;
  readonly list: readonly {
    readonly id: string;
    readonly method: string;
    readonly name: string | null;
    /** For a phone: the end of its number. */
    readonly phone?: string;
    readonly createdAt: Date;
    readonly lastUsedAt: Date | null;
  }[];
  /** How many recovery codes are left. */
  readonly recoveryCodes: number;
  /** An authenticator app that is being set up: its secret in base32, and the QR code as SVG, which are shown once. */
  readonly setUp: { readonly id: string; readonly secret: string | null; readonly picture: Html | null } | null;
  /** A phone that is being set up, and the end of its number, such as `•••78`, which is shown once. */
  readonly phoneSetUp: { readonly id: string; readonly phone: string | null } | null;
  /** The phones to which a code can be sent. If `methods` has `code` and there are none, it is sent by email. */
  readonly phones: readonly { readonly id: string; readonly phone: string }[];
  /** New recovery codes, which are shown once. */
  readonly codes: readonly string[];
}

/** The data of the page of API keys. @publicApi */
export interface ApiKeysShown {
  readonly list: readonly ApiKey[];
  /** The scopes that keys can have. */
  readonly scopes: readonly string[];
  /** A new key, which is shown once; null: none. */
  readonly created: string | null;
}

/** The data of pages about sign-in with other providers. @publicApi */
export interface OAuthShown {
  /** The providers. */
  readonly providers: readonly { readonly name: string; readonly label: string }[];
  /** The linked accounts of the user; empty on other pages. */
  readonly links: readonly OAuthLink[];
}

/** The input of a page. @publicApi */
export interface PageContext {
  readonly page: PageName;
  /** The name of the site. */
  readonly site: string;
  readonly texts: Texts;
  /** The URL of another page, such as `url('/login')`. */
  readonly url: (page: string) => string;
  /** Which features are on. */
  readonly features: Readonly<Record<string, boolean>>;
  /** Who is logged in; null: nobody. */
  readonly user: Account | null;
  /** The session of the request, for layouts. */
  readonly session: Session;
  /** The administrator who impersonates {@link user}; null: nobody. */
  readonly impersonation: Impersonation | null;
  /** The hidden field that forms need; null: none, since the browser's headers are enough. */
  readonly csrf: { readonly field: string; readonly token: string } | null;
  /** The `nonce` of scripts and style sheets, if the application's `Content-Security-Policy` has one. */
  readonly nonces: PageNonces;
  /** The values that were entered, without passwords, and those of the query. */
  readonly values: Readonly<Record<string, string>>;
  /** Error messages by field. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** An error message; null: none. */
  readonly error: string | null;
  /** A message about what has been done, if there is nothing left to fill in; otherwise null. */
  readonly done: string | null;
  /** Whether "Keep me logged in" is ticked by default. */
  readonly remember: boolean;
  /** Whether a password is required, on pages where that depends. */
  readonly needsPassword: boolean;
  /** Texts that depend on the page, such as a code to show, by name. */
  readonly details: Readonly<Record<string, string>>;
  /** The passkeys of the user, on their page; null on other pages. */
  readonly passkeys: ShownPasskeys | null;
  /** The devices of the user, on the page that lists them. */
  readonly sessions: readonly ListedSession[];
  /** The data of pages about second factors. */
  readonly factors: FactorsShown;
  /** The data of pages about sign-in with other providers. */
  readonly oauth: OAuthShown;
  /** The data of the page of API keys. */
  readonly apiKeys: ApiKeysShown;
  /** The data of the pages for administrators. */
  readonly administration: AdministrationShown;
  /** The minimum number of characters in a new password. */
  readonly passwordMin: number;
  /** The layout of every page: `pages.layout`, or the built-in one. */
  readonly layout: PageLayout;
}

/** The content of a page, for a layout. @publicApi */
export interface PageContent {
  /** The document title: the heading, preceded by an error if there is one. */
  readonly title: string;
  /** The heading, messages, forms and links, without `<main>`. */
  readonly main: Html;
}

/** A page: a function that returns HTML. @publicApi */
export type PageTemplate = (context: PageContext) => string | Html | Promise<string | Html>;

/** Returns the document for the content of a page. @publicApi */
export type PageLayout = (content: PageContent, context: PageContext) => string | Html | Promise<string | Html>;

/**
 * The application's own pages, by name; other pages keep the built-in ones. `layout` is the layout of every built-in page, so that they
 * look like the application. `nonce` returns the nonce of the application's `Content-Security-Policy` for a request, if it is not set by
 * helmet; null: there is none.
 *
 * @publicApi
 */
export type PageTemplates = Readonly<Partial<Record<PageName, PageTemplate>>> & {
  readonly layout?: PageLayout;
  readonly nonce?: (request: unknown) => string | null;
};
