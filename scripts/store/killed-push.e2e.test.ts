import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkStored } from '../../harness/store/check.ts'
import { withStore } from '../../harness/store/db/open.ts'
import { findInStore } from '../../harness/store/find.ts'
import { pushRun } from '../../harness/store/push.ts'
import { parseQuery } from '../../harness/store/query/parse.ts'
import { writeLiveRun } from '../../harness/testing/live-record.ts'
import { cliWords } from '../../harness/testing/run-cli.ts'
import { copyOfRun } from '../../harness/testing/run-copies.ts'

const root = mkdtempSync(join(tmpdir(), 'killed-push-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('two processes push the same runs, one is killed: whole runs, each once, and the next push takes the rest', async () => {
  const original = await writeLiveRun(join(root, 'original'), { id: 'original' })
  const runs = Array.from({ length: 12 }, (_, at) =>
    copyOfRun(original, join(root, 'results'), { id: `run-${at + 10}` }),
  )
  const file = join(root, 'all.sqlite')
  const node = cliWords('store', 'push', join(root, 'results'), '--store', `sqlite:${file}`)
  const pushers = [1, 2].map(() => spawn(process.execPath, node, { stdio: 'ignore' }))
  const ends = pushers.map((each) => once(each, 'exit'))
  // a pusher has opened it, and is at work
  await expect.poll(() => existsSync(file)).toBe(true)
  pushers[0]?.kill('SIGKILL')
  await Promise.all(ends)
  await withStore({ kind: 'sqlite', file }, {}, 'write', async (store) => {
    for (const { directory } of runs) expect((await pushRun(store, directory)).outcome).toMatch(/^(pushed|present)$/)
    const found = await findInStore(store, parseQuery('', new Date()))
    expect(found.map(({ id }) => id)).toEqual(runs.map(({ record }) => record.id))
    for (const run of found) expect(await checkStored(store, run, null)).toMatchObject({ problems: [], fault: null })
  })
})
