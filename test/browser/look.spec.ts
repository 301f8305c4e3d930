import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openChromium } from './chromium.js';
import { findFaintTexts } from './faint-texts.js';
import { RunningShop } from './running-shop.js';
import { keeper, Visitor } from './visitor.js';

const paths = [
  '/',
  '/cart',
  '/auth/login',
  '/auth/account',
  '/account/email',
  '/account/deletion',
  '/auth/verify?action=change-email',
  '/auth/account/password',
  '/mails',
  '/devices',
  '/admin',
  '/session',
  '/nowhere',
];

/** The width and the colours of its window; runs in the page. */
const findWindow = `[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light']`;

/** What the browser finds wrong with the page that it shows; runs in the page. */
const findFaults = `(() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push('wider than the window: ' + root.scrollWidth);
  if (!root.lang) faults.push('no language');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  for (const landmark of ['header', 'nav', 'main', 'footer'])
    if (document.querySelectorAll(landmark).length !== 1) faults.push('not exactly one ' + landmark);
  for (const field of document.querySelectorAll('input:not([type=hidden], [hidden])'))
    if (field.labels.length === 0) faults.push('a field without a label: ' + field.name);
  for (const button of document.querySelectorAll('button, a'))
    if (!(button.getAttribute('aria-label') ?? button.textContent).trim()) faults.push('a button without a name');
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push('an id twice');
  for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
    for (const name of ['aria-labelledby', 'aria-describedby'])
      if (element.getAttribute(name) && !document.getElementById(element.getAttribute(name))) faults.push('points nowhere');
  return faults;
})()`;

/** The windows that each page is looked at in. */
const windows = [
  [1280, 'light'],
  [390, 'dark'],
  [320, 'light'],
] as const;
type Window = (typeof windows)[number];

let browser: Browser;
let shop: RunningShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
});

afterAll(async () => {
  await browser.close();
  await shop.close();
});

describe('the look of every page of the shop', () => {
  /** What was found, by page and window. */
  const found: (Finding & { readonly path: string; readonly window: Window })[] = [];
  const controls: (Control & { readonly path: string })[] = [];
  const complaints: string[] = [];
  const origins = new Set<string>();

  beforeAll(async () => {
    // Colours change at once with the scheme.
    const visitor = await Visitor.arrive(await browser.newContext({ reducedMotion: 'reduce' }), shop);
    visitor.page.on('request', (request) => origins.add(new URL(request.url()).origin));
    visitor.page.on('console', (message) => {
      // The browser itself notes the status of the page that is meant to be missing.
      if (!message.text().includes('404')) complaints.push(message.text());
    });
    visitor.page.on('pageerror', (error) => complaints.push(error.message));
    await comeSoFarThatEveryPageHasSomething(visitor);
    for (const path of paths) {
      await visitor.goTo(path);
      for (const window of windows) found.push({ path, window, ...(await lookAt(visitor.page, window)) });
      for (const control of await visitor.page.evaluate<Control[]>(findControls)) controls.push({ path, ...control });
    }
    await visitor.leave();
  });

  it.each(windows)('fits a window %i wide, in %s colours', (...window) => {
    const inWindow = found.filter(({ window: [width] }) => width === window[0]);
    expect(inWindow.map(({ path }) => path)).toEqual(paths);
    for (const { path, faults } of inWindow) expect({ path, faults }).toEqual({ path, faults: [] });
  });

  it.each(['light', 'dark'])('has enough contrast between text and ground in %s colours', (scheme) => {
    const inScheme = found.filter(({ window: [, colours] }) => colours === scheme);
    expect(new Set(inScheme.map(({ path }) => path))).toEqual(new Set(paths));
    for (const { path, faint } of inScheme) expect({ path, faint }).toEqual({ path, faint: [] });
  });

  it('asks for nothing from elsewhere, and gives the browser nothing to complain about', () => {
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([shop.address]);
  });

  it('names every control by the text that it shows, so that whoever speaks to it can say what they see', () => {
    for (const { path, name, shown } of controls) {
      expect({ path, shown, name: spoken(name) }).toEqual({
        path,
        shown,
        name: expect.stringContaining(spoken(shown)),
      });
    }
    const labelled = controls.filter(({ name, shown }) => name !== shown).map(({ name }) => name);
    // Those that are worth a look.
    expect(labelled).toEqual(
      expect.arrayContaining([
        'Add to cart: Evening mug',
        'Remove Stoneware teapot from the cart',
        'Update the quantity of Stoneware teapot',
        'Log out Demo account',
        expect.stringMatching(/^Log out Chrome/),
      ]),
    );
  });
});

describe('the keyboard in the shop', () => {
  it('shows where the keyboard is, and lets it skip the navigation', async () => {
    const context = await browser.newContext();
    const visitor = await Visitor.arrive(context, shop);
    await visitor.goTo('/');
    await visitor.page.keyboard.press('Tab');
    const skip = visitor.page.getByRole('link', { name: 'Skip to content' });
    expect(await skip.evaluate((link) => link.matches(':focus-visible'))).toBe(true);
    await visitor.page.keyboard.press('Enter');
    await visitor.page.keyboard.press('Tab');
    const focused = visitor.page.locator(':focus');
    expect(await focused.getAttribute('aria-label')).toBe('Add to cart: Stoneware teapot');
    expect(await visitor.page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await context.close();
  });
});

/** Logs in, puts something into the cart, and confirms what asks for that. */
async function comeSoFarThatEveryPageHasSomething(visitor: Visitor): Promise<void> {
  await visitor.enter(keeper);
  await visitor.goTo('/');
  await visitor.press('Add to cart: Stoneware teapot');
  for (const path of ['/account/email', '/account/deletion']) {
    await visitor.goTo(path);
    await visitor.confirm(keeper.password);
    expect(visitor.place).toBe(path);
  }
  await visitor.goTo('/session');
  await visitor.press('Send requests');
  // The devices are more than one.
  const other = await Visitor.arrive(await browser.newContext(), shop);
  await other.enter(keeper);
  await other.leave();
}

interface Finding {
  readonly faults: readonly string[];
  readonly faint: readonly string[];
}

async function lookAt(page: Page, [width, colorScheme]: Window): Promise<Finding> {
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme });
  await page.waitForFunction(`JSON.stringify(${findWindow}) === '${JSON.stringify([width, colorScheme])}'`);
  return page.evaluate<Finding>(`({ faults: ${findFaults}, faint: ${findFaintTexts} })`);
}

interface Control {
  /** What assistive technology calls it. */
  readonly name: string;
  /** What is on the screen. */
  readonly shown: string;
}

/** Case and punctuation are not spoken. */
function spoken(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9€.]+/g, ' ')
    .trim();
}

/** The names of all controls that show a text, with that text (WCAG 2.5.3); runs in the page. */
const findControls = `(() => {
  const text = (element, hidden) => {
    const copy = element.cloneNode(true);
    for (const part of copy.querySelectorAll(hidden)) part.remove();
    return copy.textContent.replace(/\\s+/g, ' ').trim();
  };
  const found = [];
  for (const control of document.querySelectorAll('a, button, input:not([type=hidden])')) {
    const shownBy = control.labels?.[0] ?? control;
    const name = control.getAttribute('aria-label') ?? text(shownBy, '[aria-hidden=true]');
    const shown = text(shownBy, '.visually-hidden');
    if (shown) found.push({ name, shown });
  }
  return found;
})()`;
