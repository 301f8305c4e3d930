/** What a command may know of the process that it runs in. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  /** A line of what was asked for. */
  print(line: string): void;
  /** A line for whoever looks after the machine. */
  complain(line: string): void;
}

/** What the process ends with. */
export const exitCodes = {
  done: 0,
  /** The store did not answer, or refused: it may be better later. */
  failed: 1,
  /** What was asked for cannot be done with these words or these settings. */
  unusable: 2,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
