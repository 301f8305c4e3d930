/** Must and must not compile: the data of a session, as `augmentation.ts` declares them. */
import type { Session, SessionData } from 'nestjs-session-auth';
import type { Item } from './augmentation.js';

export function declaredKeysHaveTheirTypes(session: Session): void {
  session.visits = (session.visits ?? 0) + 1;
  session.cart = [{ sku: 'A-1', qty: 2 }];
  session.cart[0]!.qty += 1;
  const visits: number | undefined = session.visits;
  const cart: Item[] | undefined = session.get('cart');
  const withDefault: number = session.get('visits', 0);
  const popped: number | undefined = session.pop('visits');
  session.get('cart', []).push({ sku: 'A-2', qty: 1 });
  session.pop('cart', []).push({ sku: 'A-2', qty: 1 });
  const orNull: number | null = session.get('visits', null);
  session.set('visits', 3);
  session.update({ visits: 4, cart: [] });
  const first: number = session.setDefault('visits', 1);
  const data: SessionData = { visits: 1 };
}

export function wrongTypesAreRefused(session: Session): void {
  // @ts-expect-error a text is not a number
  session.visits = 'three';
  // @ts-expect-error an item needs a quantity
  session.cart = [{ sku: 'A-1' }];
  // @ts-expect-error a text is not a number
  session.set('visits', 'three');
  // @ts-expect-error a text is not a number
  session.update({ visits: 'three' });
  // @ts-expect-error it may be undefined
  const visits: number = session.visits;
  // @ts-expect-error the data say that it is a list of items
  const cart: string = session.get('cart', '');
}

export function undeclaredKeysAreRefusedAsProperties(session: Session): void {
  // @ts-expect-error nobody declared it
  session.vists = 1;
  // @ts-expect-error nobody declared it
  const typo = session.vists;
  // A key that is not known before the program runs is unknown, until it is looked at.
  const key: string = 'any';
  const value: unknown = session.get(key);
  // @ts-expect-error it is unknown
  const text: string = session.get(key);
}

export function factsAreReadOnly(session: Session): void {
  const id: string = session.id;
  const isNew: boolean = session.isNew;
  const createdAt: Date = session.createdAt;
  const expiresAt: Date = session.expiresAt;
  session.permanent = true;
  session.modified = true;
  // @ts-expect-error the id changes by regenerate()
  session.id = 'mine';
  // @ts-expect-error a fact
  session.isNew = false;
  // @ts-expect-error a fact
  session.createdAt = new Date();
}

export async function behaviourIsTyped(session: Session): Promise<void> {
  session.mutate('visits', (visits) => (visits ?? 0) + 1);
  // @ts-expect-error a mutation gives what the key holds
  session.mutate('visits', () => 'three');
  session.flash('notice', 'Saved');
  await session.regenerate();
  await session.commit();
  await session.destroy();
}
