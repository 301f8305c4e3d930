import { html, type Html } from '../pages/html.js';
import { isKey, type Texts } from '../messages/messages.js';
import { oneLine, placeText } from '../messages/place.js';
import type { MailData, MailKind } from './mail.js';

/** The input of a template. @publicApi */
export interface MailContext extends MailData {
  readonly kind: MailKind;
  /** The name of the site. */
  readonly site: string;
  /** The language, such as `de`. */
  readonly locale: string;
  /** The messages in that language. */
  readonly texts: Texts;
}

/** The content of an email. @publicApi */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A template for one kind of email. @publicApi */
export type MailTemplate = (context: MailContext) => MailContent;

/** The application's own templates, by kind; other kinds keep the built-in ones. @publicApi */
export type MailTemplates = Readonly<Partial<Record<MailKind, MailTemplate>>>;

/** The parts of a mail in the box, in order. */
interface Parts {
  readonly subject: string;
  readonly before: readonly string[];
  readonly link: { readonly url: string; readonly action: string } | null;
  readonly after: readonly string[];
}

/** The template in the box for all kinds. */
export function plainTemplate(context: MailContext): MailContent {
  const parts = partsOf(context);
  const { subject, before, link, after } = parts;
  const lines = [context.texts.text('mail.hello'), ...before, ...(link === null ? [] : [link.url]), ...after];
  return { subject, text: `${lines.join('\n\n')}\n`, html: markup(context, parts).markup };
}

function partsOf(context: MailContext): Parts {
  const { kind, link: url, site, texts, username } = context;
  const text: Texts['text'] = (key, values) => texts.text(key, values);
  const link = linkOf(context, url);
  const subject = text(`mail.${kind}.subject`);
  const validity = context.validFor === undefined ? [] : [validFor(texts, context.validFor)];
  switch (kind) {
    case 'password-changed':
    case 'new-device':
    case 'tokens-copied':
      return report(context, subject, [text(`mail.${kind}.text`, { site }), ...placeOf(context)]);
    case 'factor-changed': {
      return report(context, subject, [...factorIn(context), ...placeOf(context)]);
    }
    case 'api-key': {
      return report(context, subject, [...apiKeyIn(context), ...placeOf(context)]);
    }
    case 'impersonated': {
      const time = texts.time(context.at ?? 0);
      return { subject, before: [text('mail.impersonated.text', { site, time })], link, after: [] };
    }
    case 'username': {
      const changed = text('mail.username.text', { site, username: username ?? '' });
      return report(context, subject, [changed, ...placeOf(context)]);
    }
    case 'email-changing': {
      const changing = text('mail.email-changing.text', { site, email: context.email ?? '' });
      const before = [changing, ...placeOf(context)];
      if (link === null) return { subject, before, link, after: [] };
      return { subject, before: [...before, text('mail.email-changing.undo')], link, after: [text('mail.days')] };
    }
    case 'invitation': {
      const before = [text('mail.invitation.text', { site })];
      return { subject, before, link, after: [...validity, text('mail.invitation.ignore')] };
    }
    case 'reset-owed':
    case 'second-factor-owed':
      return { subject, before: [text(`mail.${kind}.text`, { site })], link, after: [] };
    case 'email-confirm': {
      const before = [text('mail.email-confirm.text', { site })];
      return { subject, before, link, after: [...validity, text('mail.ignore')] };
    }
    case 'frozen':
      return {
        subject,
        before: [text(link === null ? 'mail.frozen.locked' : 'mail.frozen.text', { site })],
        link,
        after: [...placeOf(context)],
      };
    case 'login': {
      const { code = '' } = context;
      const before = [text('mail.login.text', { site }), text('mail.login.code', { code }), text('mail.login.link')];
      return { subject, before, link, after: [...validity, ...placeOf(context), text('mail.ignore')] };
    }
    case 'deletion': {
      const before = [text('mail.deletion.text', { site }), ...placeOf(context), text('mail.deletion.undo')];
      return { subject, before, link, after: validity };
    }
    case 'code': {
      const before = [text('mail.code.text', { site }), context.code ?? '', ...placeOf(context)];
      const validity = texts.text('mail.code.validFor', { duration: texts.duration(context.validFor ?? 0) });
      return { subject, before, link, after: [validity, text('mail.code.notYou')] };
    }
    case 'recovery-code-used': {
      const used = text('mail.recovery-code-used.text', { site, left: context.left ?? 0 });
      return report(context, subject, [used, ...placeOf(context)]);
    }
    case 'already-registered': {
      const before = [text('mail.already-registered.text', { site })];
      return { subject, before, link, after: [...placeOf(context), text('mail.ignore')] };
    }
    case 'reset': {
      const name = username === undefined ? [] : [text('mail.reset.username', { username })];
      return {
        subject,
        before: [text('mail.reset.text', { site })],
        link,
        after: [...name, ...validity, text('mail.ignore')],
      };
    }
    case 'confirm':
      return {
        subject,
        before: [text('mail.confirm.text', { site })],
        link,
        after: [...validity, text('mail.ignore')],
      };
  }
}

/** A mail of something that was done: its link is for who has not done it. */
function report({ notMe, texts }: MailContext, subject: string, before: readonly string[]): Parts {
  if (notMe === undefined) return { subject, before, link: null, after: [] };
  const link = { url: notMe.link, action: texts.text('mail.notMe.action') };
  return { subject, before: [...before, texts.text('mail.notMe.text')], link, after: [texts.text('mail.days')] };
}

function linkOf({ kind, texts }: MailContext, url: string | undefined): Parts['link'] {
  if (url === undefined) return null;
  const key = `mail.${kind}.action`;
  return isKey(key) ? { url, action: texts.text(key) } : null;
}

function factorIn({ factor, site, texts }: MailContext): string[] {
  if (factor === undefined) return [];
  const method = texts.text(`factor.${factor.method}`);
  // A name was chosen by whoever has changed the factor: as text, it can become a link in no mail program.
  const name = factor.name === null ? method : `${method} ${oneLine(factor.name)}`;
  return [texts.text(`mail.factor-changed.${factor.change}`, { site, factor: name })];
}

function apiKeyIn({ apiKey, site, texts }: MailContext): string[] {
  if (apiKey === undefined) return [];
  // As for factors: whoever has created the key has chosen its name.
  const name = apiKey.name === null ? texts.text('apiKeys.unnamed') : oneLine(apiKey.name);
  return [texts.text('mail.api-key.text', { site, name, scopes: apiKey.scopes.join(', ') })];
}

function validFor(texts: Texts, ms: number): string {
  return texts.text('mail.validFor', { duration: texts.duration(ms) });
}

function placeOf({ at, address = '', userAgent = '', texts }: MailContext): string[] {
  return at === undefined ? [] : [placeText(texts, { at, address, userAgent })];
}

function markup({ locale, texts }: MailContext, { subject, before, link, after }: Parts): Html {
  const paragraph = (text: string): Html => html`<p style="margin:0 0 16px">${text}</p>`;
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${subject}</title>
      </head>
      <body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1d1d1f;background:#fff">
        <div style="max-width:34em;margin:0 auto">
          ${paragraph(texts.text('mail.hello'))} ${before.map(paragraph)}
          ${
            link &&
            html`<p style="margin:0 0 16px"><a href="${link.url}" style="color:#0b57d0">${link.action}</a></p>
              <p style="margin:0 0 16px;word-break:break-all;font-size:13px;color:#555">${link.url}</p>`
          }
          ${after.map(paragraph)}
        </div>
      </body>
    </html> `;
}
