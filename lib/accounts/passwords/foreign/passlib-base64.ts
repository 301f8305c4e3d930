/** Base64 as passlib writes it: without padding, and with `.` for `+`. Its hashes of scrypt have `+`. */
export function fromPasslib(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}
