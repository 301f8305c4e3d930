import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from './chromium.js';
import { RunningShop } from './running-shop.js';
import { keeper, Visitor } from './visitor.js';

const paths = [
  '/',
  '/cart',
  '/login',
  '/account',
  '/account/email',
  '/account/deletion',
  '/confirm?action=change-email',
  '/devices',
  '/admin',
  '/session',
  '/nowhere',
];

/** What the browser finds wrong with the page that it shows; runs in the page. */
const findFaults = `(() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push('wider than the window: ' + root.scrollWidth);
  if (!root.lang) faults.push('no language');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  for (const landmark of ['header', 'nav', 'main', 'footer'])
    if (document.querySelectorAll(landmark).length !== 1) faults.push('not exactly one ' + landmark);
  for (const field of document.querySelectorAll('input:not([type=hidden])'))
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

describe('the look of the shop', () => {
  let browser: Browser;
  let shop: RunningShop;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([openChromium(), RunningShop.open()]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  /** Comes so far that every page has something on it. */
  async function seeEverything(visitor: Visitor): Promise<void> {
    await visitor.enter(keeper);
    await visitor.goTo('/');
    await visitor.press('Add Stoneware teapot to the cart');
    for (const path of ['/account/email', '/account/deletion']) {
      await visitor.goTo(path);
      await visitor.confirm(keeper.password);
      expect(visitor.place).toBe(path);
    }
  }

  it.each([
    [1280, 'light'],
    [390, 'dark'],
    [320, 'light'],
  ] as const)(
    'fits a window %i wide, in %s colours, and asks for nothing from elsewhere',
    async (width, colorScheme) => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const visitor = await Visitor.arrive(context, shop);
      const complaints: string[] = [];
      const origins = new Set<string>();
      visitor.page.on('request', (request) => origins.add(new URL(request.url()).origin));
      visitor.page.on('console', (message) => {
        // The browser itself notes the status of the page that is meant to be missing.
        if (!message.text().includes('404')) complaints.push(message.text());
      });
      visitor.page.on('pageerror', (error) => complaints.push(error.message));

      await seeEverything(visitor);
      await visitor.goTo('/session');
      await visitor.press('Send them');
      for (const path of paths) {
        await visitor.goTo(path);
        expect({ path, faults: await visitor.page.evaluate(findFaults) }).toEqual({ path, faults: [] });
      }
      expect(complaints).toEqual([]);
      expect([...origins]).toEqual([shop.address]);
      await context.close();
    },
  );

  it.each(['light', 'dark'] as const)(
    'has enough contrast between text and ground in %s colours',
    async (colorScheme) => {
      const context = await browser.newContext({ colorScheme });
      const visitor = await Visitor.arrive(context, shop);
      await seeEverything(visitor);
      for (const path of paths) {
        await visitor.goTo(path);
        expect({ path, faint: await visitor.page.evaluate(findFaintTexts) }).toEqual({ path, faint: [] });
      }
      await context.close();
    },
  );

  it('shows where the keyboard is, and lets it skip the navigation', async () => {
    const context = await browser.newContext();
    const visitor = await Visitor.arrive(context, shop);
    await visitor.goTo('/');
    await visitor.page.keyboard.press('Tab');
    const skip = visitor.page.getByRole('link', { name: 'Skip to the content' });
    expect(await skip.evaluate((link) => link.matches(':focus-visible'))).toBe(true);
    await visitor.page.keyboard.press('Enter');
    await visitor.page.keyboard.press('Tab');
    const focused = visitor.page.locator(':focus');
    expect(await focused.getAttribute('aria-label')).toBe('Add Stoneware teapot to the cart');
    expect(await visitor.page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await context.close();
  });
});

/** Texts below the contrast of WCAG 2.2 AA (4.5 to 1), each with its ratio; runs in the page. */
const findFaintTexts = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const channel = (value) => (value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const ground = parse(getComputedStyle(at).backgroundColor);
      if (ground.length === 3 || ground[3] === 1) return ground;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest('.visually-hidden')) continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(groundOf(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(node.textContent.trim() + ': ' + ratio.toFixed(2));
  }
  return faint;
})()`;
