/** The parts of its process that a command may use. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  /** Prints a line of output. */
  print(line: string): void;
  /** Prints a line for operators. */
  complain(line: string): void;
}

/** The exit codes of the process. */
export const exitCodes = {
  done: 0,
  /** The store did not answer, or returned an error: a retry may succeed. */
  failed: 1,
  /** The arguments or settings are invalid. */
  unusable: 2,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
