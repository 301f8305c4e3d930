import type { MessageKey } from '../messages/english.js';
import { html, type HtmlPart } from './html.js';
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
    const isAsked = (context.values['method'] ?? available[0]?.name) === name;
    const keyboard = isNumeric ? { inputMode: 'numeric' as const } : {};
    const code = field(context, {
      ...{ name: 'code', id: `code-${name}`, label, isAsked, autocomplete: 'one-time-code' },
      ...keyboard,
    });
    const hidden = html`<input type="hidden" name="method" value="${name}" />`;
    const send = name === 'code' && form(context, `${action}/send`, 'code.send', [hidden], kept);
    return html`${paragraph(context, text)}${form(context, action, submit, [hidden, code, name !== 'recovery-code' && further], kept)}${send}`;
  });
}
