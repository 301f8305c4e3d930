/** The kinds of option values: how each is read from the environment or from code, and what it accepts. */

export { bool, boolOr, oneOf, type OneOfOptions } from './kinds/choice.js';
export { clock, fn, instance } from './kinds/code.js';
export { list } from './kinds/list.js';
export {
  duration,
  type DurationOptions,
  integer,
  type IntegerOptions,
  octal,
  size,
  type SizeOptions,
} from './kinds/number.js';
export { type Nullable, nullable } from './kinds/nullable.js';
export { secret, text, type TextOptions, url, type UrlOptions } from './kinds/text.js';
