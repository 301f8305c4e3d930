import { describe, expect, it } from '@jest/globals';
import { loggable } from '../../../lib/config/loggable.js';

const hostile = 'invalid input: "7\n[Nest] 1  LOG admin logged in\u001b[2J\u009b2J\u202e"';

describe('an error in a log', () => {
  it('has its message on one line, with nothing in it that a terminal takes for a command', () => {
    const [first, ...stack] = loggable(new TypeError(hostile)).split('\n');
    expect(first).toBe('TypeError: invalid input: "7\\u000a[Nest] 1  LOG admin logged in\\u001b[2J\\u009b2J\\u202e"');
    expect(stack.length).toBeGreaterThan(0);
    for (const line of stack) expect(line).toMatch(/^ {4}at /);
  });

  it('keeps the stack of one without a message', () => {
    expect(loggable(new RangeError())).toMatch(/^RangeError:? ?\n {4}at /);
  });

  it('shows no stack that cannot be told from the message', () => {
    const error = new Error('as it was');
    expect(error.stack).toContain('as it was');
    error.message = hostile;
    expect(loggable(error)).toBe(
      'Error: invalid input: "7\\u000a[Nest] 1  LOG admin logged in\\u001b[2J\\u009b2J\\u202e"',
    );
  });

  it('is cut short where its message is long, and may be no error at all', () => {
    expect(loggable(new Error('x'.repeat(50_000))).length).toBeLessThan(5000);
    expect(loggable('thrown\nas a text')).toBe('"thrown\\nas a text"');
    expect(loggable({ secret: 1 })).toBe('an object');
  });
});
