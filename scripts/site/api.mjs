import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { Application, Converter, ReferenceType } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { entryPoints } from '../entry-points.mjs';
import { root } from '../paths.mjs';

const packageName = 'nestjs-session-auth';
const nameOf = (entry) => (entry === 'index' ? packageName : `${packageName}/${entry}`);

/**
 * Writes a page for everything that the package exports into `folder`, from the declarations in `dist/` and their comments. What is not
 * exported by one of the `chosen` entry points is checked, but has no page.
 */
export async function writeApi(folder, chosen) {
  const leftOut = Object.keys(entryPoints).filter((entry) => !chosen.includes(entry));
  const declarations = Object.keys(entryPoints).map((entry) => join(root, 'dist', `${entry}.d.ts`));
  const application = await Application.bootstrapWithPlugins(
    {
      name: 'API',
      plugin: ['typedoc-plugin-markdown'],
      logLevel: 'Warn',
      entryPoints: declarations,
      outputs: [{ name: 'markdown', path: folder }],
      readme: 'none',
      // The build has checked them.
      skipErrorChecking: true,
      disableSources: true,
      disableGit: true,
      excludePrivate: true,
      excludeExternals: true,
      modifierTags: ['@publicApi'],
      excludeTags: ['@publicApi'],
      validation: { notExported: false, invalidLink: true, rewrittenLink: true },
      treatValidationWarningsAsErrors: true,
      router: 'member',
      entryFileName: 'index',
      hidePageHeader: true,
      parametersFormat: 'table',
      indexFormat: 'table',
      pageTitleTemplates: { module: ({ name }) => nameOf(name) },
    },
    [],
  );
  application.options.setCompilerOptions(declarations, compilerOptions, undefined);
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => removeForeignConstructors(project));
  application.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = withoutLinksTo(leftOut, withPathOfImport(page.contents));
  });
  const project = await application.convert();
  if (!project) throw new Error('TypeDoc read no declarations.');
  application.validate(project);
  await application.generateOutputs(project);
  if (application.logger.hasErrors()) throw new Error('TypeDoc found errors, see above.');
  for (const entry of leftOut) await rm(join(folder, entry), { recursive: true });
  await writeFile(join(folder, 'index.md'), overview(chosen));
}

const compilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  skipLibCheck: true,
};

/** A class whose constructor takes first what applications cannot name is made by Nest or by the package alone. */
function removeForeignConstructors(project) {
  for (const reflection of Object.values(project.reflections)) {
    if (reflection.name !== 'constructor' || !reflection.signatures) continue;
    const first = reflection.signatures[0].parameters?.[0]?.type;
    if (first instanceof ReferenceType && !first.reflection) project.removeReflection(reflection);
  }
}

/** The way to a page, above its title, names what the page is imported from as applications do. */
function withPathOfImport(text) {
  return text.replace(/^(\[API\]\S+ \/ \[?)(\w+)/, (_, before, entry) => `${before}${nameOf(entry)}`);
}

function withoutLinksTo(entries, text) {
  if (entries.length === 0) return text;
  return text.replace(new RegExp(`\\[([^\\]]*)\\]\\((?:\\.\\./)+(?:${entries.join('|')})/[^)]*\\)`, 'g'), '$1');
}

function overview(entries) {
  const lines = entries.map((entry) => `- [\`${nameOf(entry)}\`](./${entry}/index.md)`);
  return ['# API', 'Everything that the package exports, by the path that you import it from.', ...lines, ''].join(
    '\n\n',
  );
}
