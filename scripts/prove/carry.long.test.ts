import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { toolVersion } from '../../harness/version.ts'
import { projectRoot } from '../support/tool-info.ts'

/**
 * The proof as it reaches a server that has only Python with torch: carried in one file, on a bare system, without a network, root,
 * Node or a home folder. Minutes. With JOULEMARK_PACKAGES, a folder of `npm run package`, that archive is carried.
 */
const { TORCH_PYTHON: python = '', JOULEMARK_PACKAGES: given } = process.env
const missing = ['xz', 'debootstrap', 'unshare', 'ip'].filter((program) => spawnSync(program, ['--version']).error)
const why = [
  ...(python === '' ? ['TORCH_PYTHON names no Python with torch, transformers and peft'] : []),
  ...(process.getuid?.() === 0 ? missing.map((program) => `there is no ${program}`) : ['it needs root']),
].join(', ')
const folder = mkdtempSync(join(tmpdir(), 'carried-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** npm keeps what it gets in the home folder, which is none in a test. */
const npm_config_cache = process.env['NPM_CONFIG_CACHE'] ?? join(folder, 'npm-cache')
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, {
    ...{ cwd: projectRoot, encoding: 'utf8', maxBuffer: 2 ** 26 },
    env: { ...process.env, npm_config_cache },
  })

test.skipIf(why !== '')(`a proof is made on a bare system${why === '' ? '' : `, not run here: ${why}`}`, () => {
  const packages = given ?? join(folder, 'dist')
  const tsx = ['--import', import.meta.resolve('tsx')]
  if (given === undefined) {
    run(process.execPath, ...tsx, 'scripts/package/build.ts', '--only', 'x64', '--out', packages)
  }
  const carried = join(folder, 'joulemark.pyz')
  const archive = join(packages, `joulemark-${toolVersion}-linux-x64.tar.xz`)
  process.stderr.write(run('python3', 'scripts/prove/carry.py', archive, '--out', carried))
  expect(statSync(carried).size).toBeLessThan(60e6)

  const bare = join(folder, 'bare')
  run('debootstrap', '--variant=minbase', '--include=libssl3,libsqlite3-0', 'bookworm', bare)
  const log = run(join(projectRoot, 'scripts/prove/bare-python.sh'), bare, carried, python, '--quick')
  process.stderr.write(log)
  expect(log).toContain('== the proof ended with code 0')
  expect(log).toContain('== the bundle verifies\n')
  expect(log).not.toMatch(/there is a (node|xz|nvidia-smi)/)
})
