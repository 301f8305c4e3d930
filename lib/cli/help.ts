/** What `--help` prints. */
export const help = `Usage: nestjs-session-auth <command> [options]

Commands:
  cleanup   Removes the sessions that have expired from the store of SESSION_TYPE.
            Run it where the application runs, with the application's settings.
  secret    Prints a new secret for SECRET_KEY.

Options:
  --env-file <path>   A file with settings, such as .env. What is in the process environment goes before it.
  -v, --version       Prints the version of the package.
  -h, --help          Prints this.

Exit codes: 0 done, 1 the store failed, 2 the words or the settings cannot be used.`;
