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
): readonly FlashMessage[] {
  return [...without(theirs, without(base, mine)), ...without(mine, base)];
}

/** `messages` less one for each equal one in `taken`. */
function without(messages: readonly FlashMessage[], taken: readonly FlashMessage[]): FlashMessage[] {
  const left = [...taken];
  return messages.filter((message) => {
    const index = left.findIndex((other) => other.category === message.category && other.message === message.message);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}
