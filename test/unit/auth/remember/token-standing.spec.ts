import { describe, expect, it } from '@jest/globals';
import { hashOf } from '../../../../lib/auth/remember/remember-token.js';
import { standingOf, type Standing } from '../../../../lib/auth/remember/token-standing.js';
import { aRow, second } from './setup.js';

const rotatedAt = 1_764_000_000_000;
const grace = 30 * second;
const previous = { validator: hashOf('before'), successor: 's' };

describe('what a token is worth', () => {
  it.each<[string, boolean, number, Standing]>([
    ['now', false, 0, 'good'],
    ['now', true, 10 * grace, 'good'],
    ['before', false, 0, 'before'],
    ['before', true, grace - 1, 'before'],
    ['before', false, grace, 'lost'],
    ['before', false, 1000 * grace, 'lost'],
    ['before', true, grace, 'stolen'],
    ['older', false, 0, 'stolen'],
    ['older', true, grace, 'stolen'],
    // The clock of another process is behind.
    ['before', true, -5 * second, 'before'],
  ])('that of %s, its successor shown: %s, %d ms after its turn: %s', (validator, isShown, after, standing) => {
    const row = aRow({ validator: hashOf('now'), previous, isShown, rotatedAt });
    expect(standingOf({ family: 'f', validator }, row, rotatedAt + after, grace)).toBe(standing);
  });

  it('of a family that has had no turn yet: the good one, or a stolen one', () => {
    const row = aRow({ validator: hashOf('now'), rotatedAt });
    expect(standingOf({ family: 'f', validator: 'now' }, row, rotatedAt, grace)).toBe('good');
    expect(standingOf({ family: 'f', validator: 'other' }, row, rotatedAt, grace)).toBe('stolen');
  });

  it('with no grace at all nothing is before', () => {
    const row = aRow({ validator: hashOf('now'), previous, rotatedAt });
    expect(standingOf({ family: 'f', validator: 'before' }, row, rotatedAt, 0)).toBe('lost');
  });
});
