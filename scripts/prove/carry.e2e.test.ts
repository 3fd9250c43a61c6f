import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTarXz } from '../package/archive.ts'
import { text } from '../package/contents.ts'

/** The one file for a machine with Python only, with a program in place of joulemark that says how it was called. */
const lacks = ['xz', 'python3'].filter((program) => spawnSync(program, ['--version']).status !== 0)
const why = lacks.length === 0 ? '' : `, not run: there is no ${lacks.join(', no ')}`
if (why !== '') console.warn(`the file for a machine with Python only${why}`)
const carry = fileURLToPath(new URL('carry.py', import.meta.url))
const machine = { x64: 'x64', arm64: 'arm64' }[process.arch as string] ?? 'x64'
const other = machine === 'x64' ? 'arm64' : 'x64'

/** Makes a key when it is asked to, and says what it is called with. */
const PROGRAM = `#!/bin/sh
case $1 in
  key) echo secret >"$4" ;;
  *) echo "$@" "key=$JOULEMARK_KEY"; mkdir -p "$5/one"; for file in proof.json proof.html bundle.tar; do echo {} >"$5/one/$file"; done; exit 3 ;;
esac
`

describe.skipIf(why !== '')(`a file for a machine with Python only${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'carry-'))
  const home = join(folder, 'home')
  const made = (name: string) => join(folder, `${name}.pyz`)
  const name = (arch: string) => `joulemark-1.2.3-linux-${arch}`
  const python = (args: readonly string[], env: Record<string, string> = {}) => {
    const { PATH = '' } = process.env
    const end = spawnSync('python3', args, { cwd: folder, encoding: 'utf8', env: { PATH, HOME: home, ...env } })
    return { code: end.status, stdout: end.stdout, stderr: end.stderr }
  }
  beforeAll(async () => {
    mkdirSync(home)
    for (const arch of [machine, other]) {
      const archive = join(folder, `${name(arch)}.tar.xz`)
      await writeTarXz(archive, name(arch), new Map([['bin/joulemark', text(PROGRAM, true)]]), new Date(0))
      execFileSync('python3', [carry, archive])
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is made of the archive alone, always the same, and says what to type there', () => {
    const first = readFileSync(made(name(machine)))
    const said = python([carry, `${name(machine)}.tar.xz`, '--out', 'again.pyz'])
    expect(said).toMatchObject({ code: 0, stderr: '' })
    expect(said.stdout).toContain('\n  python3 again.pyz\n')
    expect(readFileSync(join(folder, 'again.pyz'))).toEqual(first)
  })

  test('unpacks itself, runs the proof with its own Python and a new key, and names what to bring back', () => {
    const { code, stdout, stderr } = python([made(name(machine)), '--into', 'there', '--out', 'proof', '--quick'])
    const key = join(folder, 'there', 'joulemark-signing-key.pem')
    const executable = python(['-c', 'import sys; print(sys.executable)']).stdout.trim()
    expect(stdout).toBe(`prove --python ${executable} --out proof --quick key=${key}\n`)
    // the code of the proof is that of the file
    expect(code).toBe(3)
    expect(stderr).toContain('Bring back:\n  proof/one/bundle.tar  0.00 MB\n  proof/one/proof.html  0.00 MB\n')
    expect(readFileSync(key, 'utf8')).toBe('secret\n')
  })

  test('unpacks once, and signs with the key of the user where there is one', () => {
    const first = python([made(name(machine)), '--into', 'twice', '--unpack'])
    expect(first).toMatchObject({ code: 0, stdout: `${join(folder, 'twice', name(machine), 'bin/joulemark')}\n` })
    writeFileSync(join(folder, 'twice', name(machine), 'added'), '')
    const again = python([made(name(machine)), '--into', 'twice'], { JOULEMARK_KEY: '/of/the/user.pem' })
    expect(again.stdout).toContain(' key=/of/the/user.pem\n')
    expect(existsSync(join(folder, 'twice', name(machine), 'added'))).toBe(true)
    expect(existsSync(join(folder, 'twice', 'joulemark-signing-key.pem'))).toBe(false)
  })

  test('refuses a folder of another joulemark, another machine, and a folder that cannot be written, in one line', () => {
    mkdirSync(join(folder, 'taken', name(machine)), { recursive: true })
    const refusals: [args: string[], words: RegExp, code: number][] = [
      [[made(name(machine)), '--into', 'taken'], /is another joulemark: remove it, or name another folder/, 2],
      [[made(name(other))], new RegExp(`is for ${other}, and this machine is ${machine}`), 2],
      [[made(name(machine)), '--into', '/proc/nowhere'], /\/proc\/nowhere: .*--into and --out name folders/, 3],
      [[carry, 'joulemark.tar.xz'], /expected joulemark-VERSION-linux-ARCH.tar.xz/, 1],
      [
        [carry, 'joulemark-9-linux-x64.tar.xz'],
        /No such file or directory; `npm run package -- --only x64` makes it/,
        1,
      ],
    ]
    for (const [args, words, expected] of refusals) {
      const { code, stdout, stderr } = python(args)
      expect([code, stdout]).toEqual([expected, ''])
      expect(stderr).toMatch(words)
      expect(stderr.trim().split('\n')).toHaveLength(1)
    }
  })
})
