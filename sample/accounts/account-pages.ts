import type { AuthService } from 'nestjs-session-auth';
import type { PageContext, PageTemplates } from 'nestjs-session-auth/accounts';
import { accountView } from '../account/account.view.js';
import { actionNamed, confirmedActions } from '../account/confirmed-actions.js';
import { countOf, linesOf } from '../cart/cart.js';
import { html, type Html } from '../views/html.js';
import { renderPage } from '../views/layout.js';
import { postForms } from '../views/post-form.js';
import { visitorOf } from '../views/visitor.js';
import { demoAccounts } from './demo-accounts.js';

/** The pages of accounts in the frame of the shop. One of them, the account itself, is the shop's own. */
export function accountPages(auth: AuthService): PageTemplates {
  return {
    layout: ({ title, main }, context) => inFrame(title, inCard(main, context), context),
    account(context) {
      const { user, session } = context;
      if (user === null) throw new Error('The page of an account is only for its user.');
      const main = accountView(user, {
        visits: session.visits ?? 0,
        cartCount: countOf(linesOf(session.cart)),
        publicId: session.id,
        isRestored: auth.isRestored(session),
      });
      return inFrame('Your account', main, context);
    },
  };
}

function inFrame(title: string, main: Html, { page, user, session, csrf, impersonation }: PageContext): string {
  const visitor = visitorOf(
    session,
    user,
    session.flashes(),
    postForms(() => csrf?.token ?? ''),
    // The pages in the box have a banner of their own.
    page === 'account' ? impersonation : null,
  );
  return renderPage({ title, current: user === null && page === 'login' ? 'login' : 'account', main }, visitor);
}

/** The texts of these pages are in the language of the browser, others in that of the shop. */
function inCard(main: Html, { page, texts, values }: PageContext): Html {
  if (page !== 'login') {
    return html`
      ${page === 'verify' && reason(values['action'])}
      <div class="card narrow accounts" lang="${texts.locale}">${main}</div>
    `;
  }
  return html`
    <div class="login">
      <div class="card login__form accounts" lang="${texts.locale}">${main}</div>
      ${accountsToTry()}
    </div>
  `;
}

/** What the password is asked for. */
function reason(named: string | undefined): Html {
  const action = actionNamed(named);
  return html`<p class="narrow quiet" data-reason="${action ?? ''}">
    ${
      action === undefined
        ? 'For this, enter your password again.'
        : html`You are about to <strong>${confirmedActions[action]}</strong>. Your password allows this action, and no
            other, for five minutes.`
    }
  </p>`;
}

function accountsToTry(): Html {
  return html`
    <section class="card login__demo" aria-labelledby="demo-title">
      <h2 id="demo-title">Demo accounts</h2>
      <p class="quiet">This is a sample, so its passwords are public. The server stores only their argon2id hashes.</p>
      <dl class="facts">
        ${demoAccounts.map(
          ({ email, password, roles }) =>
            html`<div>
              <dt>${email}${roles.length > 0 && html` (${roles.join(', ')})`}</dt>
              <dd><code>${password}</code></dd>
            </div>`,
        )}
      </dl>
      <p class="quiet">
        Or create an account of your own: the shop shows its emails <a href="/mails">on a page</a> instead of sending
        them.
      </p>
    </section>
  `;
}
