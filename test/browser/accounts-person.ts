import type { Page } from 'playwright-core';
import { patienceMs } from '../support/patience.js';
import { until } from '../support/until.js';

/** What can have the keyboard on a page of accounts. */
const focused = `(() => {
  const { id, tagName, textContent } = document.activeElement;
  return id || (tagName === 'BODY' ? '' : textContent.trim());
})()`;

/** Somebody who uses the pages of accounts by the keyboard alone. */
export class KeyboardPerson {
  /** Whether there is a frame of the document that the page has now. */
  #isDrawn = false;
  #areFramesWatched = false;

  constructor(
    readonly page: Page,
    private readonly origin: string,
  ) {
    page.setDefaultTimeout(patienceMs);
  }

  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  async goTo(path: string): Promise<void> {
    await this.#watchFrames();
    await this.page.goto(new URL(path, this.origin).href);
    await this.#drawn();
  }

  /** Goes to a page that leads on to another one by itself, perhaps before it is whole. */
  async passThrough(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.origin).href, { waitUntil: 'commit' });
  }

  /** The id, or otherwise the text, of what has the keyboard. */
  focused(): Promise<string> {
    return this.page.evaluate<string>(focused);
  }

  /** Goes to a field or a button with the Tab key. @param name the id, or the text of a button or link */
  async tabTo(name: string): Promise<void> {
    const passed: string[] = [];
    for (let at = await this.focused(); at !== name; at = await this.focused()) {
      if (passed.length > 30) throw new Error(`The keyboard does not reach ${name}, but ${passed.join(', ')}`);
      passed.push(at);
      await this.page.keyboard.press('Tab');
    }
  }

  /** Fills in the fields of the form, by their ids, and sends it with the Enter key. */
  async send(fields: Readonly<Record<string, string>>): Promise<void> {
    let last = '';
    for (const [id, value] of Object.entries(fields)) {
      await this.tabTo(id);
      await this.page.keyboard.press('ControlOrMeta+A');
      await this.page.keyboard.insertText(value);
      last = id;
    }
    if (last === '') throw new Error('There is nothing to fill in.');
    await this.#leaveWith('Enter');
  }

  /** Presses a button. */
  async press(name: string): Promise<void> {
    await this.tabTo(name);
    await this.#leaveWith('Enter');
  }

  heading(): Promise<string> {
    return this.page.getByRole('heading', { level: 1 }).innerText();
  }

  /** The message of the page, and its role. */
  async message(): Promise<string> {
    const shown = this.page.locator('[role=alert], [role=status]').first();
    return `${(await shown.getAttribute('role')) ?? ''}: ${await shown.innerText()}`;
  }

  async #leaveWith(key: string): Promise<void> {
    const arrived = this.page.waitForEvent('load');
    await this.page.keyboard.press(key);
    await arrived;
    await this.#drawn();
  }

  /** A page that is loaded gets the keyboard to its place only with its first frame. */
  #drawn(): Promise<void> {
    return until('the first frame of the page', () => this.#isDrawn);
  }

  /** The browser tells of frames, since a page without JavaScript cannot. */
  async #watchFrames(): Promise<void> {
    if (this.#areFramesWatched) return;
    this.#areFramesWatched = true;
    const session = await this.page.context().newCDPSession(this.page);
    session.on('Page.lifecycleEvent', ({ name }) => {
      if (name === 'init') this.#isDrawn = false;
      if (name === 'firstPaint') this.#isDrawn = true;
    });
    await session.send('Page.enable');
    await session.send('Page.setLifecycleEventsEnabled', { enabled: true });
  }
}
