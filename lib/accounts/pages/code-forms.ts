import type { MessageKey } from '../messages/english.js';
import { html, type Html, type HtmlPart } from './html.js';
import { field, form, paragraph } from './page-parts.js';
import type { PageContext } from './page.js';

/** A method that is proved by a code, and what the page says of it. */
interface CodeMethod {
  readonly name: string;
  readonly label: MessageKey;
  readonly text: MessageKey;
  readonly isNumeric: boolean;
}

const methods: readonly CodeMethod[] = [
  { name: 'totp', label: 'code.totp.label', text: 'code.totp.text', isNumeric: true },
  { name: 'code', label: 'code.code.label', text: 'code.code.text', isNumeric: true },
  { name: 'recovery-code', label: 'code.recovery-code.label', text: 'code.recovery-code.text', isNumeric: false },
];

/** Says that a code was sent, once it was. */
export function codeWasSent({ values, texts }: PageContext): HtmlPart {
  return values['sent'] === '1' && html`<p role="status">${texts.text('secondFactor.sent')}</p>`;
}

/**
 * A form for each method that is proved by a code.
 *
 * @param kept fields that are handed on as they are
 * @param further fields of those that are no recovery codes
 */
export function codeForms(
  context: PageContext,
  action: string,
  submit: MessageKey,
  kept: readonly string[],
  further: HtmlPart = null,
): HtmlPart {
  const available = methods.filter(({ name }) => context.factors.methods.includes(name));
  return available.map(({ name, label, text, isNumeric }) => {
    const isMailed = name === 'code' && context.factors.phones.length === 0;
    const isAsked = (context.values['method'] ?? available[0]?.name) === name;
    const keyboard = isNumeric ? { inputMode: 'numeric' as const } : {};
    const code = field(context, {
      ...{ name: 'code', id: `code-${name}`, label, isAsked, autocomplete: 'one-time-code' },
      ...keyboard,
    });
    const hidden = html`<input type="hidden" name="method" value="${name}" />`;
    const send = name === 'code' && sendForms(context, `${action}/send`, hidden, kept);
    const said = paragraph(context, isMailed ? 'code.mail.text' : text);
    return html`${said}${send}${form(context, action, submit, [hidden, code, name !== 'recovery-code' && further], kept)}`;
  });
}

/** One for each telephone; a single one for the mailbox. */
function sendForms(context: PageContext, action: string, method: Html, kept: readonly string[]): HtmlPart {
  const { phones } = context.factors;
  if (phones.length === 0) return form(context, action, 'code.send', [method], kept);
  return phones.map(({ id, phone }) => {
    const to = html`<input type="hidden" name="id" value="${id}" />`;
    return form(context, action, 'code.sendTo', [method, to], kept, { phone });
  });
}
