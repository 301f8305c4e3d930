import { randomBytes } from 'node:crypto';
import { withEntries, withoutSecrets, type Entry } from './environment-file.js';
import { isIgnored, withIgnored } from './git-ignore.js';
import { rootModuleIn, withSessionModule, type TypeScript } from './root-module.js';

/** The part of the devkit's `Tree` that is used: the package does not depend on the devkit, which Nest's command brings. */
export interface ProjectTree {
  read(path: string): { toString(): string } | null;
  exists(path: string): boolean;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  getDir(path: string): { visit(visitor: (path: string) => void): void };
}

/** The part of the devkit's `SchematicContext` that is used. */
export interface AddContext {
  readonly logger: { info(message: string): void; warn(message: string): void };
}

/** The options of `nest add nestjs-session-auth`, as `schematics/nest-add.schema.json` describes them. */
export interface AddOptions {
  readonly sourceRoot?: string;
  readonly module?: string;
  readonly type?: string;
}

const ENVIRONMENT_FILE = '.env';
const EXAMPLE_FILE = '.env.example';
const IGNORE_FILE = '.gitignore';
const MAKE_A_SECRET = 'Make a secret: npx nestjs-session-auth secret';

/** `nest add nestjs-session-auth`: sets sessions up in a project. What is there already stays as it is. */
export function nestAdd(options: AddOptions = {}): (tree: ProjectTree, context: AddContext) => Promise<void> {
  return async (tree, context) => {
    const project = new Project(tree, context, options.sourceRoot ?? 'src');
    project.addModule(await typeScript(), options.module ?? null);
    project.addEnvironment(options.type ?? 'memory');
    project.keepSecretOutOfGit();
    project.addTypes();
  };
}

class Project {
  readonly #sources: ReadonlyMap<string, string>;

  constructor(
    private readonly tree: ProjectTree,
    private readonly context: AddContext,
    private readonly sourceRoot: string,
  ) {
    this.#sources = this.#readSources();
  }

  /** @param path of the root module; null: it is looked for. */
  addModule(ts: TypeScript | null, path: string | null): void {
    if (this.#hasSource(/\bSessionModule\s*\.\s*forRoot(?:Async)?\s*\(/)) return;
    const found = path ?? (ts && rootModuleIn(ts, this.#sources, this.sourceRoot));
    const text = found === null ? null : this.#read(found);
    const changed = ts && text !== null ? withSessionModule(ts, text) : null;
    if (found !== null && changed !== null) {
      this.#write(found, changed);
      return;
    }
    this.context.logger.warn(
      `SessionModule could not be added to ${found ?? 'the root module, which was not found'}. Add SessionModule.forRoot() to its imports: ` +
        "import { SessionModule } from 'nestjs-session-auth';",
    );
  }

  addEnvironment(type: string): void {
    const secret: Entry = {
      keys: ['SECRET_KEY', 'SESSION_SECRET_KEY'],
      value: randomBytes(32).toString('base64url'),
      isSecret: true,
      comment: 'Signs the cookies of sessions. Keep it secret, and do not change it without SECRET_KEY_FALLBACKS.',
    };
    const store: Entry = {
      keys: ['SESSION_TYPE'],
      value: type,
      isSecret: false,
      comment: 'Where sessions are kept. In memory, they end with the process.',
    };
    this.#edit(ENVIRONMENT_FILE, (text) => withEntries(text, [secret, store]));
    this.#edit(EXAMPLE_FILE, (text) => withEntries(text, withoutSecrets([secret, store], MAKE_A_SECRET)));
    if (this.#hasSource(/\bConfigModule\s*\.\s*forRoot\s*\(/)) return;
    this.context.logger.info(
      `Nothing reads ${ENVIRONMENT_FILE} by itself: start with "nest start --env-file ${ENVIRONMENT_FILE}", or import ` +
        'ConfigModule.forRoot({ isGlobal: true }) of @nestjs/config.',
    );
  }

  keepSecretOutOfGit(): void {
    const text = this.#read(IGNORE_FILE);
    if (text === null) {
      this.context.logger.warn(
        `There is no ${IGNORE_FILE}: keep ${ENVIRONMENT_FILE}, which holds the secret, out of the repository.`,
      );
      return;
    }
    if (!isIgnored(ENVIRONMENT_FILE, text)) this.#write(IGNORE_FILE, withIgnored(ENVIRONMENT_FILE, text));
  }

  addTypes(): void {
    const path = `${this.sourceRoot}/session.d.ts`;
    if (this.tree.exists(path) || this.#hasSource(/declare\s+module\s+['"]nestjs-session-auth['"]/)) return;
    this.tree.create(path, types);
  }

  #readSources(): Map<string, string> {
    const sources = new Map<string, string>();
    this.tree.getDir(this.sourceRoot).visit((path) => {
      const text = /\.[cm]?ts$/.test(path) ? this.#read(path) : null;
      if (text !== null) sources.set(path.replace(/^\//, ''), text);
    });
    return sources;
  }

  #hasSource(pattern: RegExp): boolean {
    return [...this.#sources.values()].some((text) => pattern.test(text));
  }

  #edit(path: string, change: (text: string) => string): void {
    const text = this.#read(path);
    const changed = change(text ?? '');
    if (changed !== text) this.#write(path, changed);
  }

  #read(path: string): string | null {
    return this.tree.read(path)?.toString() ?? null;
  }

  #write(path: string, text: string): void {
    if (this.tree.exists(path)) this.tree.overwrite(path, text);
    else this.tree.create(path, text);
  }
}

const types = `import 'nestjs-session-auth';

declare module 'nestjs-session-auth' {
  /** What your sessions hold: these become the typed properties of a session. */
  interface SessionData {
    visits?: number;
  }
}
`;

/** The project's own; null: it has none, or one that cannot parse for others. */
async function typeScript(): Promise<TypeScript | null> {
  try {
    const { default: ts } = await import('typescript');
    return typeof ts.createSourceFile === 'function' ? ts : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String(error.code))) {
      return null;
    }
    throw error;
  }
}
