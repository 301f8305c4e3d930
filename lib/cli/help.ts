export const help = `Usage: nestjs-session-auth <command> [options]

Commands:
  cleanup   Removes expired sessions from the store of SESSION_TYPE.
            Run it where the application runs, with the application's settings.
  secret    Prints a new secret for SECRET_KEY.

Options:
  --env-file <path>   A file with settings, such as .env. The process environment takes precedence.
  -v, --version       Prints the version of the package.
  -h, --help          Prints this help.

Exit codes: 0 success, 1 the store failed, 2 invalid arguments or settings.`;
