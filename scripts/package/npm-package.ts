import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { schemaFiles } from '../docs/schemas.ts'
import { type Contents, launcher, ofRepository, text } from './contents.ts'
import { declarationsOf } from './types.ts'

/** The types of a package by the schema that each is made from. */
const typeNames: Readonly<Record<string, string>> = {
  'scenarios/schema.json': 'Scenario',
  'scenarios/suite.schema.json': 'Suite',
}

/** `docs/schemas/run-record.schema.json` declares `RunRecord`. */
const typeName = (file: string): string =>
  typeNames[file] ??
  file
    .replace(/^.*\/|\.schema\.json$/g, '')
    .replaceAll(/(?:^|-)(\w)/g, (_whole, letter: string) => letter.toUpperCase())

/**
 * Turns what every package holds into the package that npm installs: the launcher of the repository, which finds the bundled code,
 * types and schemas, and no dependency, so that nothing is downloaded and no script runs at an installation.
 */
export function npmContents(common: Contents): Contents {
  const { name, version, description, license } = packageJson
  const schemas = schemaFiles.map(({ file, text }) => ({ file, schema: JSON.parse(text()) as object }))
  const manifest = {
    name,
    version,
    description,
    license,
    // against `npm publish` by mistake; it installs from its file all the same
    private: true,
    type: 'module',
    bin: { joulemark: 'scripts/joulemark.cjs' },
    engines: { node: '>=22.12' },
    os: ['linux'],
    exports: {
      '.': { types: './types/index.d.ts' },
      './schemas/*.json': './docs/schemas/*.schema.json',
      './scenarios/*': './scenarios/*',
      './package.json': './package.json',
    },
  }
  const types = schemas.map(({ file, schema }) => declarationsOf(typeName(file), schema))
  return new Map([
    ...common,
    ['package.json', text(`${JSON.stringify(manifest, null, 2)}\n`)],
    ['types/index.d.ts', text(`${types.join('\n\n')}\n`)],
    ['scripts/joulemark.cjs', { ...ofRepository('scripts/joulemark.cjs'), executable: true }],
    ['scripts/preflight.cjs', ofRepository('scripts/preflight.cjs')],
  ])
}

/** Writes the contents into a folder, as they are unpacked. */
function writeContents(folder: string, contents: Contents): void {
  for (const [name, { bytes, executable }] of contents) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes, { mode: executable ? 0o755 : 0o644 })
  }
}

/** Writes the contents into a folder, to be run on this machine: with the launcher, and a link to the Node that runs now. */
export function writeToRun(folder: string, contents: Contents): void {
  writeContents(folder, new Map([...contents, ['bin/joulemark', launcher()]]))
  symlinkSync(process.execPath, join(folder, 'bin', 'node'))
}

/** Packs these contents with npm into a folder. Gives the path of the file. */
export function packForNpm(contents: Contents, into: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulemark-npm-'))
  try {
    writeContents(folder, contents)
    const flags = ['--silent', '--ignore-scripts', '--pack-destination', into]
    const name = execFileSync('npm', ['pack', ...flags], { cwd: folder, encoding: 'utf8' })
    return join(into, name.trim())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
