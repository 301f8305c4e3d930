import type { Texts } from './messages.js';

/** When something happened, from where, and with what. */
export interface Place {
  /** In ms since the epoch. */
  readonly at: number;
  /** The network address; empty: unknown. */
  readonly address: string;
  /** The browser's `User-Agent`; empty: unknown. */
  readonly userAgent: string;
}

/** The same in words. */
export function placeText(texts: Texts, { at, address, userAgent }: Place): string {
  const unknown = '–';
  return texts.text('mail.place', {
    time: texts.time(at),
    address: address === '' ? unknown : address,
    userAgent: userAgent === '' ? unknown : oneLine(userAgent),
  });
}

/** Quoted. Whoever sent it may have chosen it to look like a part of the mail, or like a link, which mail programs make of `evil.example`. */
export function oneLine(userAgent: string): string {
  const plain = userAgent
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .replace(/:\/\//g, ' ')
    .replace(/\.(?=\D)|@/g, ' ');
  return `“${plain.slice(0, 200)}”`;
}
