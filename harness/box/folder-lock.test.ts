import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockFolder } from './folder-lock.ts'

const folderWith = (text: string | null): string => {
  const folder = mkdtempSync(join(tmpdir(), 'box-lock-'))
  if (text !== null) writeFileSync(join(folder, 'box.lock'), text)
  return folder
}
/** The lock of this process, with another id, or on another machine. */
const lockOf = (over: { pid?: number; startTicks?: number | null; bootId?: string; hostname?: string }): string => {
  const folder = folderWith(null)
  lockFolder(folder)
  const own = JSON.parse(readFileSync(join(folder, 'box.lock'), 'utf8'))
  const { hostname = own.host.hostname, ...process } = over
  return JSON.stringify({ process: { ...own.process, ...process }, host: { hostname } })
}

test('a folder is taken once, and given back', () => {
  const folder = folderWith(null)
  const release = lockFolder(folder)
  expect(() => lockFolder(folder)).toThrow(/is in use: its process \d+ runs; wait for it, or choose another --out/)
  release()
  release()
  expect(existsSync(join(folder, 'box.lock'))).toBe(false)
  lockFolder(folder)()
})

test('a folder of a process that runs is refused', () => {
  const folder = folderWith(lockOf({ pid: process.ppid, startTicks: null }))
  expect(() => lockFolder(folder)).toThrow(`its process ${process.ppid} runs`)
})

test('and of one on another machine, which may run', () => {
  const folder = folderWith(lockOf({ bootId: 'other', hostname: 'other' }))
  expect(() => lockFolder(folder)).toThrow(/its process may run on other/)
})

test.each([
  ['of a process that has ended', lockOf({ pid: 1, startTicks: 1 })],
  ['that a crash left empty', ''],
  ['of something else', '{}'],
])('a lock %s is taken over', (_, text) => {
  const folder = folderWith(text)
  const release = lockFolder(folder)
  expect(readFileSync(join(folder, 'box.lock'), 'utf8')).toContain(`"pid":${process.pid}`)
  release()
  expect(existsSync(join(folder, 'box.lock'))).toBe(false)
})
