import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { patienceMs } from '../support/patience.js';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const withWindows = '/usr/bin/chromium';
/** The same engine without windows: it takes a third of the processor's time. */
const withoutWindows = '/usr/bin/chromium-headless-shell';

/** The system's Chromium; `CHROMIUM_PATH` names another one. */
export const chromiumOptions = {
  executablePath: process.env['CHROMIUM_PATH'] || (existsSync(withoutWindows) ? withoutWindows : withWindows),
  args: flags,
  timeout: patienceMs,
};

export function openChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions);
}

/**
 * One that keeps whole pages for Back and Forward, as people's browsers do; drivers of browsers turn that off by themselves, and
 * without windows there is none.
 */
export function openChromiumWithBackCache(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] || withWindows,
    args: [...flags, '--enable-features=BackForwardCache'],
    timeout: patienceMs,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
}

/** One that keeps what a browser keeps on disk, in `folder`; closing the context closes it. */
export function openChromiumIn(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, chromiumOptions);
}
