import type { Html } from '../views/html.js';
import { pictures } from './pictures.js';

/** The colour of the tile behind a product's picture. */
export type Tone = 'sand' | 'sage' | 'dusk' | 'clay';

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  /** In cents. */
  readonly price: number;
  readonly picture: Html;
  readonly tone: Tone;
}

const products: readonly Product[] = [
  {
    sku: 'teapot',
    name: 'Stoneware teapot',
    description: 'Holds three cups and an unhurried conversation.',
    price: 4800,
    picture: pictures.teapot,
    tone: 'sand',
  },
  {
    sku: 'mug',
    name: 'Evening mug',
    description: 'Thick walls, a wide handle, warm until the last page.',
    price: 1650,
    picture: pictures.mug,
    tone: 'sage',
  },
  {
    sku: 'lamp',
    name: 'Reading lamp',
    description: 'A linen shade that keeps its light on the book.',
    price: 7900,
    picture: pictures.lamp,
    tone: 'dusk',
  },
  {
    sku: 'notebook',
    name: 'Plain notebook',
    description: 'Sewn, so that it lies flat. 160 pages, no lines.',
    price: 1400,
    picture: pictures.notebook,
    tone: 'clay',
  },
  {
    sku: 'candle',
    name: 'Beeswax candle',
    description: 'Twelve quiet hours, in a small brass holder.',
    price: 1250,
    picture: pictures.candle,
    tone: 'dusk',
  },
  {
    sku: 'aloe',
    name: 'Windowsill aloe',
    description: 'Likes the sun, forgives a missed watering.',
    price: 2200,
    picture: pictures.aloe,
    tone: 'sage',
  },
];

const bySku: ReadonlyMap<string, Product> = new Map(products.map((product) => [product.sku, product]));

/** What the shop sells, in the order of the page. */
export function allProducts(): readonly Product[] {
  return products;
}

/** The product, or `undefined` if the shop does not have it. */
export function findProduct(sku: string): Product | undefined {
  return bySku.get(sku);
}
