/** A percent-encoded string as it was meant; one that is not encoded correctly, such as with a lone percent sign, as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
