/** As much of the package's face as the tests use. */
declare module 'compression' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export default function compression(options: {
    readonly threshold: number;
  }): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
}
