import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { giveBack, takeHost } from './shop-host.js';
import { ShopProcess } from './shop-process.js';

type Environment = Readonly<Record<string, string>>;

const entry = resolve('.cache/sample/main.js');
const noop = (): Promise<void> => Promise.resolve();
const opened = /is open: (http:\S+)/;

/** The built sample, in another process and in a folder of its own. */
export class RunningShop {
  #process: ShopProcess | null = null;
  #close = noop;
  #address = '';

  private constructor(
    /** What the shop was started in, and keeps its files in. */
    readonly folder: string,
    private readonly environment: Environment,
  ) {}

  /** Opens the sample on a free port, in a process that has had others open before. */
  static open(environment: Environment = {}): Promise<RunningShop> {
    return RunningShop.#begin(environment, (shop) => shop.#open());
  }

  /** Starts the sample on a free port, in a process of its own, as people start it. */
  static start(environment: Environment = {}): Promise<RunningShop> {
    return RunningShop.#begin(environment, (shop) => shop.#start());
  }

  static async #begin(environment: Environment, begin: (shop: RunningShop) => Promise<void>): Promise<RunningShop> {
    if (!existsSync(entry)) throw new Error(`The sample is not built: ${entry} is missing. "npm test" builds it.`);
    const shop = new RunningShop(await mkdtemp(join(tmpdir(), 'sample-shop-')), environment);
    try {
      await begin(shop);
      return shop;
    } catch (error) {
      await shop.close();
      throw error;
    }
  }

  /** Where it listens now, without a slash at the end; another port after a restart. */
  get address(): string {
    return this.#address;
  }

  /** What it has printed since it was started. */
  get output(): string {
    return this.#process?.output ?? '';
  }

  url(path: string): string {
    return this.#address + path;
  }

  /** Starts it anew on what it has left in its folder, in a process of its own. */
  async restart(): Promise<void> {
    await this.#end();
    await this.#start();
  }

  /** Closes it, and removes its folder. */
  async close(): Promise<void> {
    await this.#end();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(): Promise<void> {
    const close = this.#close;
    this.#close = noop;
    await close();
  }

  async #open(): Promise<void> {
    const host = takeHost();
    host.tell(JSON.stringify({ folder: this.folder, environment: this.environment }));
    await this.#isOpenIn(host);
    this.#close = () => giveBack(host);
  }

  async #start(): Promise<void> {
    const own = new ShopProcess(entry, this.folder, this.environment);
    this.#close = () => own.end();
    await this.#isOpenIn(own);
  }

  async #isOpenIn(process: ShopProcess): Promise<void> {
    this.#process = process;
    const [, address = ''] = await process.says(opened);
    // Where its own site and others differ by the port alone, and `localhost` is another site.
    this.#address = address.replace('localhost', '127.0.0.1');
  }
}
