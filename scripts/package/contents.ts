import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../support/tool-info.ts'
import { type Architecture, koffiFor } from './parts.ts'
import { CODE_FOLDER } from './places.ts'
import type { Program } from './program.ts'

/** A file of a package. */
export interface PackedFile {
  readonly bytes: Uint8Array
  readonly executable: boolean
}

/** The files of a package by their path in it. */
export type Contents = Map<string, PackedFile>

/** koffi, as seen from the bundled code. */
export const KOFFI = '../vendor/koffi/index.js'
/** The parts of koffi that are loaded. It looks for its native part in build/koffi/ beside its sources. */
const koffiSources = ['package.json', 'LICENSE.txt', 'index.js', 'src/koffi/index.js', 'src/koffi/src/static.js']
/** What a package carries of the repository besides what its code reads. */
const carried = [
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'docs/**/*.{md,json}', 'scenarios/*', 'scripts/*.{py,sh,txt}'],
  // the proof runs them, on a machine with Python and torch
  'scripts/prove/**/*.py',
  // what the documents tell people to use
  ...['scripts/{monitoring,kubernetes}/*.{yaml,json}', 'reports/quote/example-inputs.yaml'],
]

/** What every package holds: code, what it reads, scenarios, documents, helper scripts, licences, and koffi for these machines. */
export async function commonContents(program: Program, targets: readonly Architecture[]): Promise<Contents> {
  const contents: Contents = new Map()
  for (const [name, bytes] of program.files) contents.set(`${CODE_FOLDER}/${name}`, { bytes, executable: false })
  for (const path of filesOf([...carried, ...program.reads.flatMap(read)])) contents.set(path, ofRepository(path))
  const koffi = `vendor/koffi`
  for (const name of koffiSources) contents.set(`${koffi}/${name}`, ofRepository(`node_modules/koffi/${name}`))
  for (const arch of targets) {
    contents.set(`${koffi}/build/koffi/linux_${arch}/koffi.node`, { bytes: await koffiFor(arch), executable: false })
  }
  contents.set('THIRD-PARTY-LICENSES.txt', text(licenceTexts([...program.packages, 'node_modules/koffi'])))
  return contents
}

/** A file of the repository, in a package. */
export function ofRepository(path: string): PackedFile {
  const at = join(projectRoot, path)
  return { bytes: readFileSync(at), executable: (statSync(at).mode & 0o100) !== 0 }
}

/** What is carried of a path that the code reads: a file, or all files of a folder; of the root and of scripts/, what `carried` names. */
function read(path: string): string[] {
  if (path === './') return []
  return path.endsWith('/') ? [`${path}**/*`] : /\.\w+$/.test(path) ? [path] : []
}

function filesOf(patterns: readonly string[]): string[] {
  const found = globSync(patterns, { cwd: projectRoot, exclude: ['**/__pycache__/**', 'docs/site/**'] })
  return found.filter((path) => statSync(join(projectRoot, path)).isFile())
}

/** A text as a file. */
export const text = (content: string, executable = false): PackedFile => ({ bytes: Buffer.from(content), executable })

/** The licence of every package whose code is in ours, in full where it carries one. */
function licenceTexts(folders: readonly string[]): string {
  return folders
    .map((folder) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(projectRoot, folder, 'package.json'), 'utf8'),
      ) as Record<string, string>
      const names = '{licen[sc]e,LICEN[SC]E,Licen[sc]e,COPYING}*'
      const files = globSync(names, { cwd: join(projectRoot, folder), withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .toSorted()
      const full = files.map((file) => readFileSync(join(projectRoot, folder, file), 'utf8').trim())
      return [`${name} ${version}: ${license}`, ...full].join('\n\n')
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n')
}

/** The launcher of a package that carries a Node, in its folder `bin`. */
export const launcher = (): PackedFile => ({ ...ofRepository('scripts/package/joulemark.sh'), executable: true })
