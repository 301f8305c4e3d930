/** A message for the next page. @publicApi */
export interface FlashMessage {
  /** Free text; `success`, `info`, `warning` and `error` are usual. */
  readonly category: string;
  readonly message: string;
}

/** The messages of a session, in order. Taking those of one category does not visit the others. */
export class FlashList {
  #messages: FlashMessage[];
  /** The remaining messages by category, built on first use. */
  #byCategory: Map<string, FlashMessage[]> | null = null;
  /** The position in each category up to which messages have been taken. */
  readonly #takenBefore = new Map<string, number>();

  constructor(messages: FlashMessage[]) {
    this.#messages = messages;
  }

  get all(): FlashMessage[] {
    if (this.#takenBefore.size > 0) {
      const taken = this.#takenBefore;
      this.#messages = this.#messages.filter(({ category }, position) => position >= (taken.get(category) ?? 0));
      taken.clear();
    }
    return this.#messages;
  }

  add(message: FlashMessage): void {
    this.#messages.push(message);
    if (this.#byCategory !== null) addTo(this.#byCategory, message);
  }

  /** Returns and removes the messages of the category. */
  take(category: string): FlashMessage[] {
    if (this.#byCategory === null) {
      this.#byCategory = new Map();
      for (const message of this.all) addTo(this.#byCategory, message);
    }
    const found = this.#byCategory.get(category);
    if (found === undefined) return [];
    this.#byCategory.delete(category);
    this.#takenBefore.set(category, this.#messages.length);
    return found;
  }
}

function addTo(lists: Map<string, FlashMessage[]>, message: FlashMessage): void {
  const { category } = message;
  const list = lists.get(category);
  if (list === undefined) lists.set(category, [message]);
  else list.push(message);
}

/** Merges the messages after two concurrent changes: those that this request has shown are removed, those it added come last. */
export function mergeFlashes(
  base: readonly FlashMessage[],
  mine: readonly FlashMessage[],
  theirs: readonly FlashMessage[],
): FlashMessage[] {
  return [...without(theirs, without(base, mine)), ...without(mine, base)];
}

/** `messages` without one occurrence of each in `taken`. */
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

/** A key that is equal for equal messages only. */
function nameOf({ category, message }: FlashMessage): string {
  return `${String(category.length)} ${category}${message}`;
}
