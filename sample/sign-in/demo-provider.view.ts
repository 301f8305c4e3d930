import { html } from '../views/html.js';

/** Somebody who has an account at the provider. */
export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** The only page of the demo provider. */
export function choosing(people: readonly DemoPerson[]): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Owl</title>
        <style>
          body {
            max-width: 24rem;
            margin: 4rem auto;
            padding: 0 1rem;
            font:
              1rem/1.5 system-ui,
              sans-serif;
          }
          button {
            display: block;
            width: 100%;
            margin: 0.5rem 0;
            padding: 0.75rem;
            font: inherit;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>Owl</h1>
          <p>Small Hours wants to know who you are. This provider is part of the sample: choose any user.</p>
          <form method="post">
            ${people.map(
              ({ id, name, email }) => html`<button name="person" value="${id}">${name}<br />${email}</button>`,
            )}
            <button name="person" value="">Cancel</button>
          </form>
        </main>
      </body>
    </html>`.markup;
}
