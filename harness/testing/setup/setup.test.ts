import { execFile, execFileSync, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir, userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { keyPlace, loadKey } from '../../record/signing/key-file.ts'

test('the home folder of a test is a temporary one, without a key', () => {
  expect(homedir()).not.toBe(userInfo().homedir)
  expect(homedir().startsWith(tmpdir())).toBe(true)
  expect(keyPlace(process.env).path.startsWith(homedir())).toBe(true)
  expect(loadKey(process.env)).toBeNull()
})

test('a unit test that starts a process or opens a socket is refused', () => {
  const start = /may not start a process: name the file \*\.e2e\.test\.ts/
  expect(() => spawn('true')).toThrow(start)
  expect(() => execFile('true')).toThrow(start)
  expect(() => execFileSync('true')).toThrow(start)
  expect(() => connect(9)).toThrow(/may not open a socket/)
  expect(() => createServer().listen(0)).toThrow(/may not listen on a socket/)
})
