import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** What docs/box.md gives to start a night after a reboot works as it stands there. */
const page = readFileSync(fileURLToPath(new URL('../../docs/box.md', import.meta.url)), 'utf8')
const block = (language: string): string =>
  new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ''

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0
if (!hasAnalyze) console.warn('no systemd-analyze here: the unit is parsed only')

test('the unit of systemd is one', () => {
  const unit = block('ini')
  const lines = unit.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines.every((line) => /^\[\w+\]$|^[A-Z]\w+=.+$/.test(line))).toBe(true)
  const command = /^ExecStart=(\S+) (.*)$/m.exec(unit)
  expect(command?.[2]).toBe('box --resume --out /srv/joulemark/results')
  if (!hasAnalyze) return
  const file = join(mkdtempSync(join(tmpdir(), 'unit-')), 'joulemark-box.service')
  // joulemark is not installed here, and Docker may not be
  writeFileSync(file, unit.replace(command?.[1] ?? '', '/bin/true').replace(' docker.service', ''))
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
  const ours = stderr.split('\n').filter((line) => line.includes('joulemark-box'))
  expect([status, ours]).toEqual([0, []])
  // a mistake would be found
  writeFileSync(file, unit.replace('Type=oneshot', 'Type=oneshoot').replace(command?.[1] ?? '', '/bin/true'))
  expect(spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' }).stderr).toContain('oneshoot')
})

test('the line of cron runs in a shell without anything of a login, and keeps what it prints', () => {
  const line = block('cron').trim()
  expect(line).toMatch(/^@reboot /)
  // cron takes % for the end of a line
  expect(line).not.toContain('%')
  const folder = mkdtempSync(join(tmpdir(), 'cron-'))
  const stub = join(folder, 'joulemark')
  writeFileSync(stub, '#!/bin/sh\nprintf "%s\\n" "$PWD" "$@"\necho wrong >&2\n')
  chmodSync(stub, 0o755)
  const command = line.replace('@reboot ', '').replaceAll('/srv/joulemark', folder)
  execFileSync('/bin/sh', ['-c', command], { env: { PATH: `${folder}:/usr/bin:/bin` }, cwd: '/' })
  expect(readFileSync(join(folder, 'box-cron.log'), 'utf8')).toBe(`${folder}\nbox\n--resume\n--out\nresults\nwrong\n`)
})
