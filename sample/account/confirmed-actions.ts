/**
 * The actions that ask for the password again. A grant for one of them does not cover the others. The text tells the user
 * what the password is asked for.
 */
export const confirmedActions = {
  'change-email': 'change your email address',
  'delete-account': 'delete your account',
} as const;

export type ConfirmedAction = keyof typeof confirmedActions;

/** How long a grant lasts. */
export const grantFor = '5m';

/** The action with this name; `undefined` if there is none, since anybody can make up a URL. */
export function actionNamed(name: unknown): ConfirmedAction | undefined {
  return typeof name === 'string' && Object.hasOwn(confirmedActions, name) ? (name as ConfirmedAction) : undefined;
}
