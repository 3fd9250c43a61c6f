import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { readRun } from '../../harness/record/read.ts'
import { toolVersion } from '../../harness/version.ts'
import { publish } from '../../reports/publish.ts'
import { clientScript } from '../../reports/render/html/client-bundle.ts'
import { assemble } from '../actions/report.ts'
import { projectRoot } from '../support/tool-info.ts'
import { billOfMaterials } from './bill-of-materials.ts'
import { commonContents, KOFFI } from './contents.ts'
import { npmContents, writeToRun } from './npm-package.ts'
import { bundleProgram, type Program } from './program.ts'

/** A package in a folder of its own, without node_modules and outside git: what it needs, it carries. */
const folder = mkdtempSync(join(tmpdir(), 'package-'))
const installed = join(folder, 'joulemark')
const runs = join(projectRoot, 'reports/examples/runs')
const facts = { commit: 'the-commit-of-the-package', koffi: KOFFI }
let program: Program

beforeAll(async () => {
  program = await bundleProgram(facts)
  writeToRun(installed, npmContents(await commonContents(program, [])))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function ended(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1', ...env }, maxBuffer: 2 ** 27 }
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(file, [...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
const joulemark = (...args: readonly string[]) => ended(join(installed, 'bin', 'joulemark'), args)

test('the launchers of the archive and of npm say the version, through a link and from another folder', async () => {
  const link = join(folder, 'link')
  symlinkSync('joulemark/bin/joulemark', link)
  const version = { code: 0, stdout: `${toolVersion}\n`, stderr: '' }
  expect(await ended(link, ['--version'])).toEqual(version)
  expect(await ended(process.execPath, [join(installed, 'scripts/joulemark.cjs'), '--version'])).toEqual(version)
})

test.each([
  ['glibc 2.27', /and this system has glibc 2\.27\.\n$/],
  ['', /and this system has another C library\.\n$/],
])('a C library that says %j is refused in one line', async (libc, said) => {
  const bin = mkdtempSync(join(folder, 'libc-'))
  writeFileSync(join(bin, 'getconf'), `#!/bin/sh\necho '${libc}'\n`)
  chmodSync(join(bin, 'getconf'), 0o755)
  const end = await ended(join(installed, 'bin', 'joulemark'), ['--version'], {
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
  })
  expect(end).toEqual({ code: 3, stdout: '', stderr: expect.stringMatching(said) })
  expect(end.stderr.split('\n')).toHaveLength(2)
})

test('it writes the same report as the sources, byte for byte, script of the page included', async () => {
  const stored = await Promise.all((await findRuns([runs])).map(readRun))
  const formats = ['html', 'csv'] as const
  const fromSources = await publish(await assemble({ stored }, {}, null, formats), formats, join(folder, 'sources'))
  const end = await joulemark('report', runs, '--format', 'html,csv', '--out', join(folder, 'package'))
  expect(end.code, end.stderr).toBe(0)
  const names = readdirSync(join(folder, 'package')).toSorted()
  expect(names).toEqual(fromSources.map((path) => path.slice(join(folder, 'sources').length + 1)).toSorted())
  for (const name of names) {
    expect(readFileSync(join(folder, 'package', name), 'utf8'), name).toBe(
      readFileSync(join(folder, 'sources', name), 'utf8'),
    )
  }
})

test('the page of size has its own script, and so its sliders', async () => {
  const words = '--model llama-3.1-8b-instruct-fp8 --users 200 --think-time 60 --slo ttft=1000,tpot=50 --format html'
  const end = await joulemark('size', ...words.split(' '), '--out', join(folder, 'size'))
  expect(end.code, end.stderr).toBe(0)
  expect(readFileSync(join(folder, 'size', 'size.html'), 'utf8')).toContain(clientScript('size'))
})

test('threads, the simulator and its programs start, and the record names the commit that the package was made from', async () => {
  const out = join(folder, 'demo')
  const demo = await joulemark('demo', '--quick', '--out', out)
  expect(demo.code, demo.stderr).toBe(0)
  expect(demo.stdout).toMatch(/^Next:\n {2}joulemark report .* --all +every table, here\n/m)
  for (const run of await findRuns([out])) expect((await readRun(run)).record.tool.commit).toBe(facts.commit)
  const verify = await joulemark('verify', out)
  expect(verify.code, verify.stdout + verify.stderr).toBe(0)
})

test('an action in each chunk loads: no module is missing', async () => {
  const words = [
    ['model', '--help'],
    ['fit', 'rtx-4090'],
    ['predict', 'llama-3.1-8b-fp8-batch32', '--card', 'rtx-4090'],
    ['list', '--out', runs],
    ['claims', 'check', 'article'],
  ]
  for (const each of words) {
    const end = await joulemark(...each)
    expect(end.stderr, each.join(' ')).not.toMatch(/internal error|Cannot find/)
  }
})

test('a second making gives the same bytes, and its bill of materials names every package whose code is in it', async () => {
  const again = await bundleProgram(facts)
  expect(again).toEqual(program)
  const bill = JSON.parse(billOfMaterials(program.packages, true, new Date(0))) as { components: { name: string }[] }
  expect(bill.components.map(({ name }) => name)).toEqual(expect.arrayContaining(['zod', 'echarts', 'node']))
  expect(bill.components).toHaveLength(program.packages.length + 1)
})
