import { jest } from '@jest/globals';
import { patienceMs } from '../patience.js';

// Longer than what waits within a test, which can say for what it waited.
jest.setTimeout(2 * patienceMs);
