/** Where a command finds the application's settings, and how it prints. */
export interface CommandOptions {
  /** A file with settings, in addition to the process environment. */
  readonly envFile?: string;
  /** The application's module: a path, and after `#` the name of its export. */
  readonly app?: string;
  /** Whether to print JSON for programs, instead of text for persons. */
  readonly json?: boolean;
}

/** Those of a command that needs an application. */
export type ApplicationOptions = CommandOptions & { readonly app: string };
