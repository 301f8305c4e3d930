import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { project } from '../../docs/pages.js';
import { freePort, ServerProcess } from './server-process.js';

/** A dynalite of ours, which speaks DynamoDB's protocol, on a port of its own. What it holds is gone when it is killed. */
export class DynaliteServer {
  private constructor(
    readonly port: number,
    private readonly process: ServerProcess,
  ) {}

  static async start(): Promise<DynaliteServer> {
    const port = await freePort();
    const script = join(project, 'node_modules/dynalite/cli.js');
    const settings = ['--host', '127.0.0.1', '--port', String(port), '--createTableMs', '0'];
    const server = new DynaliteServer(
      port,
      new ServerProcess({
        program: process.execPath,
        args: [script, ...settings],
        ready: /listening at/,
        install: 'npm install',
      }),
    );
    await server.process.start();
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  client(): DynamoDBClient {
    return new DynamoDBClient({
      endpoint: this.endpoint,
      region: 'local',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      // Two hundred requests at once wait for the fifty connections, which is what they shall do.
      requestHandler: { socketAcquisitionWarningTimeout: 60_000 },
    });
  }

  pause(): void {
    this.process.pause();
  }

  resume(): void {
    this.process.resume();
  }

  /** Ends the server without a word, as a crash does. */
  kill(): Promise<void> {
    return this.process.kill();
  }

  /** Starts it again on the same port, with nothing in it. */
  restart(): Promise<void> {
    return this.process.start();
  }

  stop(): Promise<void> {
    return this.process.kill();
  }
}
