import { posix } from 'node:path'

/** A source file of which every place is named as seen from the folder of the bundled code. */
export interface Placed {
  readonly code: string
  /** Modules that it starts by their file name, as threads or processes: each becomes an entry of its own. */
  readonly modules: readonly string[]
  /** Files and folders that it reads or hands on at run time; a folder ends with a slash, or has no ending. */
  readonly files: readonly string[]
}

/** The folder of the bundled code in a package. All of it lies in this one folder. */
export const CODE_FOLDER = 'lib'

const PLACE = /new URL\(\s*'([^']+)',\s*import\.meta\.url,?\s*\)/g
/** tsx is loaded where sources run only: see `built` in harness/version.ts. */
const OF_SOURCES_ONLY = "import.meta.resolve('tsx')"

/** The name of an entry in the folder of the bundled code: `harness/load/worker.ts` is `harness.load.worker`. */
export const entryName = (module: string): string => module.replace(/\.ts$/, '').replaceAll('/', '.')

/**
 * Rewrites `new URL('…', import.meta.url)` of a source file, whose code moves into one folder with all other code. Paths are
 * relative to the root of the repository. Throws on any other use of `import.meta`, which would be wrong after the move.
 */
export function placed(file: string, code: string): Placed {
  const modules: string[] = []
  const files: string[] = []
  const moved = code.replaceAll(PLACE, (_whole, path: string) => {
    const target = posix.join(posix.dirname(file), path)
    if (target.endsWith('.ts')) {
      modules.push(target)
      return `new URL('./${entryName(target)}.js', import.meta.url)`
    }
    files.push(target)
    return `new URL('../${target === './' ? '' : target}', import.meta.url)`
  })
  const rest = moved.replaceAll(OF_SOURCES_ONLY, '').replaceAll(/new URL\('[^']+', import\.meta\.url\)/g, '')
  if (rest.includes('import.meta')) {
    throw new Error(`${file}: only new URL('…', import.meta.url) has a known place in a package`)
  }
  return { code: moved, modules, files }
}
