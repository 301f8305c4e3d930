/** The owner index. An owner without records takes no memory. */
export class OwnedKeys {
  private readonly byOwner = new Map<string, Set<string>>();

  /** The owner's keys; a copy, so that records can be removed while iterating. */
  of(owner: string): string[] {
    return [...(this.byOwner.get(owner) ?? [])];
  }

  add(owner: string, key: string): void {
    const keys = this.byOwner.get(owner);
    if (keys === undefined) this.byOwner.set(owner, new Set([key]));
    else keys.add(key);
  }

  remove(owner: string, key: string): void {
    const keys = this.byOwner.get(owner);
    keys?.delete(key);
    if (keys?.size === 0) this.byOwner.delete(owner);
  }
}
