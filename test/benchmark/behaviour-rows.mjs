/** Behaviours, ours by store: the worst of its variants stands for all. */
import { least } from './markdown.mjs';

/** Of several variants of ours that must behave alike, what the worst of them does. */
function worst(rows) {
  return {
    kept: least(rows.map(({ kept }) => kept)),
    browser: rows.find(({ user: { browser } }) => browser !== null)?.user.browser ?? null,
    old: rows.find(({ user: { old } }) => old !== null)?.user.old ?? null,
  };
}

/** Behaviour rows: each peer, then ours, one row a store. */
export function behaviourRows(behaviours) {
  const peers = behaviours.filter(({ application }) => application.peer);
  const ours = behaviours.filter(({ application }) => application.ours);
  const stores = new Map(ours.map(({ store, isStore }) => [store, isStore]));
  return [
    ...peers.map((row) => ({ title: row.application.title, store: row.store, ...worst([row]) })),
    ...[...stores].map(([store, isStore]) => ({
      title: 'nestjs-session-auth',
      ours: true,
      isStore,
      store,
      ...worst(ours.filter((row) => row.store === store)),
    })),
  ];
}
