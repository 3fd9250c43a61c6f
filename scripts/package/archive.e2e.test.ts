import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeTarXz } from './archive.ts'
import { type Contents, text } from './contents.ts'

const hasXz = spawnSync('xz', ['--version']).status === 0
const time = new Date('2026-01-02T03:04:05Z')

test.skipIf(!hasXz)(
  'an archive depends on what is in it only, in whatever order it was put there (needs xz)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'archive-'))
    const files: [string, ReturnType<typeof text>][] = [
      ['notes/a.md', text('a page')],
      ['bin/run', text('#!/bin/sh\n', true)],
    ]
    const write = async (name: string, contents: Contents) => {
      await writeTarXz(join(folder, name), 'tool-1.0', contents, time)
      return readFileSync(join(folder, name))
    }
    const first = await write('one.tar.xz', new Map(files))
    expect(await write('other.tar.xz', new Map(files.toReversed()))).toEqual(first)
    expect(await write('changed.tar.xz', new Map([files[0]!, ['bin/run', text('#!/bin/sh\n')]]))).not.toEqual(first)

    const list = [
      '--list',
      '--verbose',
      '--numeric-owner',
      '--full-time',
      '--utc',
      '--file',
      join(folder, 'one.tar.xz'),
    ]
    const lines = execFileSync('tar', list, { encoding: 'utf8' }).trim().split('\n')
    expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'drwxr-xr-x 0/0 0 2026-01-02 03:04:05 tool-1.0/',
      'drwxr-xr-x 0/0 0 2026-01-02 03:04:05 tool-1.0/bin/',
      '-rwxr-xr-x 0/0 10 2026-01-02 03:04:05 tool-1.0/bin/run',
      'drwxr-xr-x 0/0 0 2026-01-02 03:04:05 tool-1.0/notes/',
      '-rw-r--r-- 0/0 6 2026-01-02 03:04:05 tool-1.0/notes/a.md',
    ])
  },
)
