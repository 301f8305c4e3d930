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
const options = { executablePath: process.env['CHROMIUM_PATH'] || '/usr/bin/chromium', args: flags };

export function openChromium(): Promise<Browser> {
  return chromium.launch(options);
}

/** One that keeps what a browser keeps on disk, in `folder`; closing the context closes it. */
export function openChromiumIn(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, options);
}
