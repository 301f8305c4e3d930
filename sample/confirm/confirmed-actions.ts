/**
 * What asks for the password once more, each for itself: a grant for one of these opens none of the others. Each with the words
 * for it, since the page that asks for a password has to say what it is for.
 */
export const confirmedActions = {
  'change-email': 'change your e-mail address',
  'delete-account': 'delete your account',
} as const;

export type ConfirmedAction = keyof typeof confirmedActions;

/** How long a grant holds. */
export const grantFor = '5m';

/** The action of this name; `undefined` for whatever else is in an address that anybody can make up. */
export function actionNamed(name: unknown): ConfirmedAction | undefined {
  return typeof name === 'string' && Object.hasOwn(confirmedActions, name) ? (name as ConfirmedAction) : undefined;
}
