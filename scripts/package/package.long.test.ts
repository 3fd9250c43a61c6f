import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDockerEngine, whyNoEngine } from '../../harness/testing/docker-engine.ts'
import { toolVersion } from '../../harness/version.ts'
import { projectRoot } from '../support/tool-info.ts'

/**
 * The packages as a person gets them. Minutes: xz compresses Node on one core, twice. The bare system comes from a mirror of
 * Debian, and entering it needs root. With JOULEMARK_PACKAGES, a folder of `npm run package`, those are tested that will be shipped.
 */
const missing = ['xz', 'debootstrap', 'unshare', 'ip'].filter((program) => spawnSync(program, ['--version']).error)
const why = process.getuid?.() === 0 ? missing.map((program) => `there is no ${program}`).join(', ') : 'it needs root'
const archive = `joulemark-${toolVersion}-linux-x64.tar.xz`

const folder = mkdtempSync(join(tmpdir(), 'packages-'))
/** npm keeps what it gets in the home folder, which is none in a test. */
const npm_config_cache = process.env['NPM_CONFIG_CACHE'] ?? join(folder, 'npm-cache')
const run = (program: string, args: readonly string[], cwd = projectRoot): string =>
  execFileSync(program, [...args], {
    ...{ cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 27 },
    env: { ...process.env, npm_config_cache },
  })
const build = (from: string, out: string, only: string): string =>
  run(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), 'scripts/package/build.ts', '--only', only, '--out', out],
    from,
  )

describe.skipIf(why !== '' || process.arch !== 'x64')(`packages${why === '' ? '' : `, not made here: ${why}`}`, () => {
  const given = process.env['JOULEMARK_PACKAGES']
  const out = given ?? join(folder, 'dist')
  const bare = join(folder, 'bare')
  beforeAll(() => {
    if (given === undefined) build(projectRoot, out, 'x64')
    run('debootstrap', ['--variant=minbase', 'bookworm', bare])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('an archive made in another folder has the same bytes, and is under 45 MB', () => {
    const elsewhere = join(folder, 'another', 'checkout')
    run('mkdir', ['-p', join(folder, 'another')])
    run('cp', ['-a', projectRoot, elsewhere])
    build(elsewhere, join(folder, 'again'), 'x64')
    expect(run('sha256sum', ['--check', 'SHA256SUMS'], out)).toContain(`${archive}: OK`)
    expect(run('sha256sum', [archive], join(folder, 'again'))).toBe(run('sha256sum', [archive], out))
    expect(statSync(join(out, archive)).size).toBeLessThan(45e6)
  })

  test('a bare system without network and without root runs it from a read-only folder', () => {
    const log = run(join(projectRoot, 'scripts/package/bare-box.sh'), [bare, join(out, archive)])
    process.stderr.write(log)
    expect(log).toContain('== every command ended as it must\n')
    expect(log).not.toContain('there is a node')
  })

  test('npm installs its package without a network, scripts or dependencies, under 60 MB', () => {
    build(projectRoot, join(folder, 'npm'), 'npm')
    const prefix = join(folder, 'global')
    const file = join(folder, 'npm', `joulemark-${toolVersion}.tgz`)
    run('npm', ['install', '--global', '--offline', '--ignore-scripts', '--prefix', prefix, file])
    expect(run(process.execPath, [join(prefix, 'bin/joulemark'), '--version'], folder)).toBe(`${toolVersion}\n`)
    expect(Number(run('du', ['-sk', prefix]).split('\t')[0]) * 1024).toBeLessThan(60e6)
  })

  const noEngine = whyNoEngine()
  test.skipIf(noEngine !== null)(
    `an image under 150 MB that runs as nobody in particular${noEngine === null ? '' : `: ${noEngine}`}`,
    async () => {
      const recipe = join(projectRoot, 'scripts/image/Dockerfile')
      const engine = await startDockerEngine()
      try {
        run('tar', ['-C', bare, '-cf', join(folder, 'bare.tar'), '.'])
        engine.docker('import', join(folder, 'bare.tar'), 'debian:bookworm-slim')
        engine.docker('build', '--tag', 'joulemark', '--build-arg', `ARCHIVE=${archive}`, '--file', recipe, out)
        const [size, user] = engine
          .docker('inspect', '--format', '{{.Size}} {{.Config.User}}', 'joulemark')
          .trim()
          .split(' ')
        process.stderr.write(`image: ${(Number(size) / 1e6).toFixed(0)} MB\n`)
        expect(Number(size)).toBeLessThan(150e6)
        expect(user).toBe('65532:65532')
        expect(engine.docker('run', '--rm', 'joulemark', '--version')).toBe(`${toolVersion}\n`)
        const readOnly = ['--read-only', '--tmpfs', '/tmp:exec', '--tmpfs', '/work:mode=1777', '--network', 'none']
        expect(engine.docker('run', '--rm', ...readOnly, 'joulemark', 'demo', '--quick')).toContain('SIMULATED')
        // the flag of the documentation reaches the engine, which has no card here
        expect(() => engine.docker('run', '--rm', '--gpus', 'all', '--network', 'host', 'joulemark', 'doctor')).toThrow(
          'capabilities: [[gpu]]',
        )
      } finally {
        await engine.stop()
      }
    },
  )
})
