import { mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RunWriter } from '../writer.ts'
import { createFolder } from './create-folder.ts'
import { requireWritable } from './out-folder.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'out-folder-'))

test('a folder that is there, and one that can be made, are checked and left as they were', () => {
  const root = folder()
  requireWritable(root)
  requireWritable(join(root, 'a', 'b'))
  expect(readdirSync(root)).toEqual([])
})

test('a file in the place of the folder, or above it, is one line with the flag and what to do', () => {
  const file = join(folder(), 'results')
  writeFileSync(file, '')
  for (const path of [file, join(file, 'runs')]) {
    const message = `--out ${path}: expected a folder to write to, but ${file} is not a folder; give another --out`
    expect(() => requireWritable(path)).toThrow(expect.objectContaining({ code: 'bad-input', message }))
    expect(() => createFolder(path)).toThrow(/is not a folder \(ENOTDIR\)/)
  }
})

test.runIf(process.platform === 'linux')('/proc, where a recursive mkdir never ends, refuses at once', () => {
  expect(() => requireWritable('/proc/foo/bar')).toThrow(
    expect.objectContaining({ code: 'bad-input', message: expect.stringMatching(/no folder can be made there/) }),
  )
  expect(() => createFolder('/proc/foo/bar')).toThrow(/ENOENT/)
  expect(() => new RunWriter('/proc/foo', 'a-run')).toThrow(/cannot create the folder of the run: .*ENOENT/)
})

test('folders are made from the top down, with their mode; a link to nothing is refused', () => {
  const root = folder()
  createFolder(join(root, 'a', 'b'), 0o700)
  createFolder(join(root, 'a', 'b'))
  expect(statSync(join(root, 'a', 'b')).mode & 0o777).toBe(0o700)
  symlinkSync(join(root, 'nowhere'), join(root, 'link'))
  expect(() => createFolder(join(root, 'link', 'c'))).toThrow(/ENOENT/)
})
