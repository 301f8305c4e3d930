/** A message for the next page. @publicApi */
export interface FlashMessage {
  /** Free text; `success`, `info`, `warning` and `error` are usual. */
  readonly category: string;
  readonly message: string;
}

/**
 * The messages after two requests changed them at once: what this one has shown is gone, what it has added comes last.
 */
export function mergeFlashes(
  base: readonly FlashMessage[],
  mine: readonly FlashMessage[],
  theirs: readonly FlashMessage[],
): FlashMessage[] {
  return [...without(theirs, without(base, mine)), ...without(mine, base)];
}

/** `messages` less one for each equal one in `taken`. */
function without(messages: readonly FlashMessage[], taken: readonly FlashMessage[]): readonly FlashMessage[] {
  if (taken.length === 0) return messages;
  const left = new Map<string, number>();
  for (const message of taken) left.set(nameOf(message), (left.get(nameOf(message)) ?? 0) + 1);
  return messages.filter((message) => {
    const name = nameOf(message);
    const count = left.get(name) ?? 0;
    if (count > 0) left.set(name, count - 1);
    return count === 0;
  });
}

/** The same for equal messages, and for no others. */
function nameOf({ category, message }: FlashMessage): string {
  return `${String(category.length)} ${category}${message}`;
}
