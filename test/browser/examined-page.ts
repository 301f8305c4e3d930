import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** Each page gets it anew, so its short form. */
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** What is wrong with the page that a browser shows: by the rules of axe, and where it is wider than its window. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.waitForLoadState();
  // Evaluated, since the policy of the page forbids scripts in it.
  await page.evaluate(axe);
  return page.evaluate<string[]>(findFaults);
}

/** Contrast, labels, names, landmarks, headings and the values of `autocomplete` are among the rules; runs in the page. */
const findFaults = `(async () => {
  const { violations, incomplete } = await axe.run(document, { resultTypes: ['violations', 'incomplete'] });
  const faults = [...violations, ...incomplete].map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' '));
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push('wider than the window: ' + root.scrollWidth);
  for (const element of document.querySelectorAll('[aria-describedby]'))
    for (const id of element.getAttribute('aria-describedby').split(' '))
      if (!document.getElementById(id)?.textContent.trim()) faults.push('described by nothing: ' + id);
  return faults;
})()`;

/** What the browser itself complains about while a page is used, such as violations of its policy. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Not its hints, such as that a form with a password has no field for the name: whose link it is, the page must not tell.
    const isComplaint = ['error', 'warning'].includes(message.type());
    // It notes every status that is an error.
    const isStatus = /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
    if (isComplaint && !isStatus) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`not loaded: ${request.url()}`));
  return complaints;
}
