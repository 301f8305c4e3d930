import type { SessionUser } from 'nestjs-session-auth';

/** An account for everyone: the login page shows its password. */
export interface DemoAccount extends SessionUser {
  readonly password: string;
}

export const demoAccounts: readonly DemoAccount[] = [
  { id: 'demo', email: 'demo@shop.example', name: 'Demo account', roles: [], password: 'quiet-evening' },
  { id: 'guest', email: 'guest@shop.example', name: 'Guest account', roles: [], password: 'second-cup' },
  { id: 'keeper', email: 'keeper@shop.example', name: 'Shopkeeper', roles: ['admin'], password: 'early-riser' },
];
