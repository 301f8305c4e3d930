import { Injectable } from '@nestjs/common';
import { AccountPaths } from '../http/account-paths.js';
import { Budgets } from '../http/budgets.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { FlowProofs } from '../proofs/flow-proofs.js';
import { flowInvalid, OAuthFlows } from './oauth-flows.js';
import type { ResponseParameters } from './oauth-redeemer.js';

const names = ['code', 'state', 'iss', 'error'] as const;
/** The longest parameter, in bytes. */
const longest = 4_096;
const purpose = 'oauth-response';
/** How long one that came by a form waits until the browser asks for it, in ms. */
const keptFor = 60_000;
/** How many one network address may send in a minute: anybody can send one. */
const mostKept = 60;
const minute = 60_000;

/**
 * What browsers bring from providers, in the address or by a form. A form of another site comes without the cookies of this one, so that what
 * it brings waits until the browser has been led here by an address.
 */
@Injectable()
export class OAuthResponses {
  constructor(
    private readonly proofs: FlowProofs,
    private readonly flows: OAuthFlows,
    private readonly paths: AccountPaths,
    private readonly budgets: Budgets,
  ) {}

  /** What a request brings, or what waits for it. @throws AccountsException 401 `OAUTH_FLOW_INVALID` */
  async read(exchange: Exchange, provider: string): Promise<ResponseParameters> {
    const token = exchange.query('response');
    if (token === undefined) return pick((name) => exchange.query(name));
    const proof = await this.proofs.consume(purpose, token);
    if (proof === null || !isKept(proof.data) || proof.data.provider !== provider) throw flowInvalid();
    return proof.data.response;
  }

  /** Where a browser asks again for what it brings, as a page of this site does: with cookies that do not come from others; null: it has. */
  placeWithCookies(exchange: Exchange, provider: string): string | null {
    if (!this.flows.isStrict || exchange.query('again') !== undefined) return null;
    const query = new URLSearchParams();
    for (const name of [...names, 'response']) {
      const value = exchange.query(name);
      if (value !== undefined) query.set(name, value);
    }
    query.set('again', '1');
    return `${this.paths.page(`/oauth/${encodeURIComponent(provider)}/callback`)}?${String(query)}`;
  }

  /** Lets what a form has brought wait. @returns where the browser has to ask for it */
  async keep(exchange: Exchange, provider: string): Promise<string> {
    await this.budgets.takeFrom(exchange.client.address, 'oauth-response', mostKept, minute);
    const input = new Input(exchange.body);
    const response = pick((name) => input.optionalText(name, longest) ?? undefined);
    input.check();
    const token = await this.proofs.issue({ purpose, data: { provider, response }, validFor: keptFor });
    return `${this.paths.page(`/oauth/${provider}/callback`)}?response=${token}`;
  }
}

function pick(valueOf: (name: string) => string | undefined): ResponseParameters {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = valueOf(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function isKept(data: unknown): data is { readonly provider: string; readonly response: ResponseParameters } {
  return typeof data === 'object' && data !== null && 'provider' in data && 'response' in data;
}
