import { inTurn } from '../support/combinations.js';

/** The shop does the same in both, so each file looks at one of them; for `describe.each`. */
export const withOrWithoutJavaScript = () =>
  inTurn([
    ['with JavaScript', true],
    ['without JavaScript', false],
  ]);
