/** The parts of its process that a command may use. */
export interface Terminal {
  /** The environment of the process: what a file of settings adds to it, the application sees, too. */
  readonly environment: NodeJS.ProcessEnv;
  /** Prints a line of output. */
  print(line: string): void;
  /** Prints a line for operators. */
  complain(line: string): void;
  /** Shows persons how far something is that takes long, in the place of the former line; null removes it. */
  progress(line: string | null): void;
  /** Whether {@link progress} shows anything. */
  readonly showsProgress?: boolean;
  /** From now on, what other code prints goes to where {@link complain} does. */
  divert(): void;
}

/** The exit codes of the process. */
export const exitCodes = {
  done: 0,
  /** The store did not answer, or returned an error: a retry may succeed. Or what was checked is not as it should be. */
  failed: 1,
  /** The arguments or settings are invalid. */
  unusable: 2,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
