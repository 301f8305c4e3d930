import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from './paths.mjs';

/** A reporter for Jest. It keeps what Jest does now in the file that `TEST_PROGRESS` names, for who watches from outside. */
export default class ProgressReporter {
  #path = process.env.TEST_PROGRESS;

  onTestFileStart({ path }) {
    this.#note(path, 'before its first test');
  }

  onTestCaseStart({ path }, { fullName }) {
    this.#note(path, `in the test "${fullName}"`);
  }

  onTestCaseResult({ path }, { fullName }) {
    this.#note(path, `after the test "${fullName}"`);
  }

  onTestFileResult({ path }) {
    this.#note(path, 'after its last test');
  }

  #note(path, place) {
    writeFileSync(this.#path, `${relative(root, path)} stood still ${place}`);
  }
}
