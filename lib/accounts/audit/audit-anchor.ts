import { signatureLength } from '../../cookie/key-ring.js';
import type { AuditRow } from './audit-row.js';

/** Where the log was at a time: `<sequence>.<signature>`, to be kept elsewhere. */
export type AuditAnchor = Pick<AuditRow, 'sequence' | 'signature'>;

const form = new RegExp(`^([1-9]\\d{0,14})\\.([A-Za-z0-9_-]{${String(signatureLength)}})$`);

export function anchorText({ sequence, signature }: AuditAnchor): string {
  return `${String(sequence)}.${signature}`;
}

/** Null: it is none. */
export function anchorIn(text: string): AuditAnchor | null {
  const [, sequence, signature] = form.exec(text.trim()) ?? [];
  return sequence === undefined || signature === undefined ? null : { sequence: Number(sequence), signature };
}
