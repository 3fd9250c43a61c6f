import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from './support/tool-info.ts'

/** Every entry on a Node that says it is 20.20.2: the version is replaced before anything else is loaded. */
const folder = mkdtempSync(join(tmpdir(), 'old-node-'))
const old = join(folder, 'old.cjs')
writeFileSync(old, "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })\n")
const tsx = import.meta.resolve('tsx')
const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`

function ended(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...process.env, PATH: path, NODE_OPTIONS: '', ...env },
  })
  return { status, stdout, stderr }
}
const refused = {
  status: 3,
  stdout: '',
  stderr: expect.stringMatching(/^joulemark requires Node 22\.12 or later, and this is Node 20\.20\.2 \(.*\)\..*\n$/),
}

test('the command line, called directly, is refused in one line and never as a negative result', () => {
  const run = join(projectRoot, 'reports/examples/runs')
  expect(ended(process.execPath, ['--require', old, '--import', tsx, 'scripts/cli.ts', 'verify', run])).toEqual(refused)
})

test('an npm script is refused before its program starts', () => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const NODE_OPTIONS = `--require=${old}`
  for (const name of ['bench', 'demo', 'test', 'examples']) {
    expect(ended('sh', ['-c', scripts[name] as string], { NODE_OPTIONS }), name).toEqual(refused)
  }
})

test('the bin without the Node of the project is refused, and with it starts on any Node', () => {
  const installed = join(folder, 'project', 'scripts')
  mkdirSync(installed, { recursive: true })
  for (const name of ['joulemark.cjs', 'preflight.cjs']) {
    copyFileSync(join(projectRoot, 'scripts', name), join(installed, name))
  }
  expect(ended(process.execPath, ['--require', old, join(installed, 'joulemark.cjs'), '--version'])).toEqual(refused)
  const whole = ended(process.execPath, ['--require', old, 'scripts/joulemark.cjs', '--version'])
  expect(whole).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
