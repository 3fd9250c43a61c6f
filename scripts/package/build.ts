import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import packageJson from '../../package.json' with { type: 'json' }
import { gitCommit, projectRoot } from '../support/tool-info.ts'
import { writeTarXz } from './archive.ts'
import { billOfMaterials } from './bill-of-materials.ts'
import { type Contents, commonContents, KOFFI, launcher, text } from './contents.ts'
import { npmContents, packForNpm, writeToRun } from './npm-package.ts'
import { type Architecture, architectures, nodeFor } from './parts.ts'
import { bundleProgram, type Program } from './program.ts'

/**
 * `npm run package`: an archive with Node for each architecture, the package for npm, what each is made of, and the SHA-256 of all
 * of them, in dist/ or `--out`. `--only x64`, `--only arm64` or `--only npm` makes one of them; `--only folder` a folder to run on this
 * machine, in seconds, with the Node that made it.
 */
const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } })
const out = values.out ?? join(projectRoot, 'dist')
const asked = (what: string): boolean => values.only === undefined || values.only === what
const kinds = [...architectures, 'npm', 'folder']
if (values.only !== undefined && !kinds.includes(values.only)) {
  process.stderr.write(`--only ${values.only}: expected one of ${kinds.join(', ')}\n`)
  process.exit(2)
}
mkdirSync(out, { recursive: true })

const { name, version } = packageJson
const time = timeOfSources()
const program = await bundleProgram({ commit: gitCommit(), koffi: KOFFI })
if (values.only === 'folder') {
  const here = architectures.filter((arch) => arch === process.arch)
  const folder = join(out, name)
  rmSync(folder, { recursive: true, force: true })
  writeToRun(folder, npmContents(await commonContents(program, here)))
  process.stdout.write(`${join(folder, 'bin', name)}\n`)
  process.exit()
}
const made: string[] = []
for (const arch of architectures.filter(asked)) {
  const folder = `${name}-${version}-linux-${arch}`
  await keep(`${folder}.tar.xz`, (path) => archive(path, folder, program, arch))
  keepBill(
    `${folder}.cdx.json`,
    [...program.packages, 'node_modules/koffi', `node_modules/@koromix/koffi-linux-${arch}`],
    true,
  )
}
if (asked('npm')) {
  await keep(`${name}-${version}.tgz`, async () => {
    packForNpm(npmContents(await commonContents(program, architectures)), out)
  })
  const koffi = architectures.map((arch) => `node_modules/@koromix/koffi-linux-${arch}`)
  keepBill(`${name}-${version}.cdx.json`, [...program.packages, 'node_modules/koffi', ...koffi], false)
}
const sums = made.map((file) => `${digestOf(join(out, file))}  ${file}\n`).join('')
writeFileSync(join(out, 'SHA256SUMS'), sums)
process.stdout.write(sums)

async function archive(path: string, folder: string, bundled: Program, arch: Architecture): Promise<void> {
  const node = await nodeFor(arch)
  const contents: Contents = new Map([
    ...(await commonContents(bundled, [arch])),
    ['package.json', text(`${JSON.stringify({ name, version, private: true, type: 'module' })}\n`)],
    ['bin/node', { bytes: node.binary, executable: true }],
    ['bin/NODE-LICENSE', { bytes: node.license, executable: false }],
    ['bin/joulemark', launcher()],
  ])
  await writeTarXz(path, folder, contents, time)
}

async function keep(file: string, make: (path: string) => Promise<void>): Promise<void> {
  const path = join(out, file)
  await make(path)
  made.push(basename(path))
  process.stderr.write(`${file}: ${(readFileSync(path).length / 1e6).toFixed(1)} MB\n`)
}

function keepBill(file: string, packages: readonly string[], withNode: boolean): void {
  writeFileSync(join(out, file), billOfMaterials(packages, withNode, time))
  made.push(file)
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** The time of the last commit, or SOURCE_DATE_EPOCH: the same sources give the same bytes. Outside git, 1980. */
function timeOfSources(): Date {
  const set = process.env['SOURCE_DATE_EPOCH']
  if (set !== undefined && /^\d+$/.test(set)) return new Date(Number(set) * 1000)
  try {
    const flags = ['-C', projectRoot, 'log', '-1', '--format=%ct']
    return new Date(
      Number(execFileSync('git', flags, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) * 1000,
    )
  } catch {
    return new Date('1980-01-01T00:00:00Z')
  }
}
