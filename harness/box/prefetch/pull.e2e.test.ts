import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../clock.ts'
import { pullImage } from './pull.ts'

/** Group of a process in /proc, and whether it is there: `pid (name) state parent group`. */
const statOf = (pid: string): string[] | null =>
  existsSync(`/proc/${pid}/stat`) ? (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ') : null
const isAlive = (pid: string): boolean => (statOf(pid)?.[0] ?? 'Z') !== 'Z'

test('a pull by the command line outlives a lost terminal, and an interrupt ends all of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'podman-'))
  const pids = join(folder, 'pids')
  // a podman that starts a program of its own for a layer
  writeFileSync(
    join(folder, 'podman'),
    `#!/bin/sh\nsleep 600 &\necho "$$ $!" > ${pids}.new\nmv ${pids}.new ${pids}\nwait\n`,
  )
  chmodSync(join(folder, 'podman'), 0o755)
  const stop = new AbortController()
  const pulled = pullImage(
    { image: 'docker.io/a/b:v1', bytes: null },
    { engine: 'podman', env: { ...process.env, HOME: folder, PATH: `${folder}:${process.env['PATH']}` } },
    { clock: systemClock, timeoutMs: 600_000, signal: stop.signal, onState: () => undefined },
  ).catch((error: unknown) => error)
  await expect.poll(() => existsSync(pids)).toBe(true)
  const [podman = '', layer = ''] = readFileSync(pids, 'utf8').trim().split(' ')
  // a group of its own: the hangup of a terminal goes to the group of joulemark
  expect(statOf(podman)?.[2]).toBe(podman)
  stop.abort()
  expect(await pulled).toBeInstanceOf(Error)
  await expect.poll(() => [isAlive(podman), isAlive(layer)]).toEqual([false, false])
})
