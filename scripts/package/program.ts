import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, relative } from 'node:path'
import { build, type OutputFile, type Plugin } from 'esbuild'
import type { Built } from '../../harness/version.ts'
import { clientPages, clientScript } from '../../reports/render/html/client-bundle.ts'
import { projectRoot } from '../support/tool-info.ts'
import { CODE_FOLDER, entryName, placed } from './places.ts'

/** The bundled program. */
export interface Program {
  /** Files of the code, by their name in its folder. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Files of the repository that the code reads at run time, sorted. */
  readonly reads: readonly string[]
  /** Folders of the packages in node_modules that the code was made from, sorted. */
  readonly packages: readonly string[]
}

const START = 'scripts/cli.ts'
/** Bundled at render time from sources; a package carries the result. */
const PAGE_SCRIPT = 'reports/render/html/client-bundle.ts'
const notOfProduct =
  /\.test\.ts$|^harness\/(testing|bench)\/|^reports\/testing\/|^scripts\/(docs|package)\/|^scripts\/[^/]+\.ts$/
/** The native part of pg, which nobody installs and pg does without. */
const WITHOUT = 'pg-native'
/** Packages in CommonJS ask for modules of Node by `require`, which a module has only by this. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);"

/**
 * Bundles the command line, and every module that it starts as a thread or a process, into chunks that are loaded when they are
 * used. The same sources give the same bytes, in any folder. Throws where a module's place cannot be known,
 * and where code would be looked for outside the package.
 */
export async function bundleProgram(facts: Built): Promise<Program> {
  const entries = [START, ...startedModules()]
  const seen = new Places()
  const { outputFiles, metafile } = await bundle(entries, facts, seen)
  const missing = [...seen.modules].filter((module) => !entries.includes(module))
  if (missing.length > 0) throw new Error(`not among the modules that are started: ${missing.join(', ')}`)
  const outside = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports.filter(({ external, path }) => external && !isBuiltin(path)))
    .filter(({ path }) => path !== WITHOUT)
  if (outside.length > 0) throw new Error(`not in the package: ${outside.map(({ path }) => path).join(', ')}`)
  return {
    files: filesOf(outputFiles),
    reads: [...seen.files].toSorted(),
    packages: packagesOf(Object.keys(metafile.inputs)),
  }
}

/** Every module of the product that is started by its file name. */
function startedModules(): string[] {
  const sources = globSync('{harness,reports,scripts}/**/*.ts', { cwd: projectRoot })
  const ours = sources.filter((file) => file !== PAGE_SCRIPT && !notOfProduct.test(file))
  const started = ours.flatMap((file) => placed(file, readFileSync(join(projectRoot, file), 'utf8')).modules)
  return [...new Set(started)].toSorted()
}

class Places {
  readonly modules = new Set<string>()
  readonly files = new Set<string>()
}

const bundle = (entries: readonly string[], facts: Built, seen: Places) =>
  build({
    absWorkingDir: projectRoot,
    entryPoints: Object.fromEntries(entries.map((entry) => [entryName(entry), entry])),
    outdir: CODE_FOLDER,
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    // names stay, for the stack trace of an internal error
    minifyWhitespace: true,
    minifySyntax: true,
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: REQUIRE },
    define: { JOULEMARK_BUILT: JSON.stringify(JSON.stringify(facts)) },
    external: [WITHOUT],
    logLevel: 'error',
    plugins: [placesOf(seen)],
  })

/** Reads our own sources with their places as they are in a package. */
const placesOf = (seen: Places): Plugin => ({
  name: 'places',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const file = relative(projectRoot, path)
      if (file.includes('node_modules')) return null
      if (file === PAGE_SCRIPT) {
        const scripts = Object.fromEntries(clientPages.map((page) => [page, clientScript(page)]))
        return {
          contents: `const scripts = ${JSON.stringify(scripts)}
export const clientScript = (page = 'main') => scripts[page]`,
          loader: 'js',
        }
      }
      const { code, modules, files } = placed(file, readFileSync(path, 'utf8'))
      for (const module of modules) seen.modules.add(module)
      for (const each of files) seen.files.add(each)
      return { contents: code, loader: 'ts' }
    })
  },
})

const filesOf = (outputs: readonly OutputFile[]): Map<string, Uint8Array> =>
  new Map(outputs.map(({ path, contents }) => [relative(join(projectRoot, CODE_FOLDER), path), contents]))

/** `node_modules/pg/lib/index.js` was made from `node_modules/pg`. */
const packagesOf = (inputs: readonly string[]): string[] => {
  const folders = inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [])
  return [...new Set(folders)].toSorted()
}
