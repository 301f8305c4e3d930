import { chromium, type Browser, type BrowserContext } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The system's Chromium; `CHROMIUM_PATH` names another one. */
export const chromiumOptions = { executablePath: process.env['CHROMIUM_PATH'] || '/usr/bin/chromium', args: flags };

export function openChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions);
}

/**
 * One that keeps whole pages for Back and Forward, as people's browsers do; drivers of browsers turn that off by themselves.
 */
export function openChromiumWithBackCache(): Promise<Browser> {
  return chromium.launch({
    ...chromiumOptions,
    args: [...flags, '--enable-features=BackForwardCache'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
}

/** One that keeps what a browser keeps on disk, in `folder`; closing the context closes it. */
export function openChromiumIn(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, chromiumOptions);
}
