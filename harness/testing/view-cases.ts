import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCEPTANCE_FILE, writeAcceptance } from '../record/acceptance-file.ts'
import { readRun } from '../record/read.ts'
import { newKeyPair, readPrivateKey } from '../record/signing/signature.ts'
import type { StoreAddress } from '../store/db/address.ts'
import { type Store, withStore } from '../store/db/open.ts'
import { pushRun } from '../store/push.ts'
import { parseQuery } from '../store/query/parse.ts'
import { newestQuotable, newestRuns, runsOf, type ViewedRun, verdictOfHost } from '../store/view/records.ts'
import { stateOfStore } from '../store/view/state.ts'
import { sourcesInStore, tallied, versionsInStore } from '../store/view/summary.ts'
import { type LiveRun, writeLiveRun } from './live-record.ts'
import { copyOfRun } from './run-copies.ts'

/** What pages about many runs ask of a store: the same cases for SQLite and PostgreSQL. `addressOf` gives an empty store. */
export function viewCases(kind: string, addressOf: () => Promise<StoreAddress>, env: NodeJS.ProcessEnv = {}): void {
  describe(`pages about ${kind}`, () => {
    const root = mkdtempSync(join(tmpdir(), 'view-cases-'))
    afterAll(() => rmSync(root, { recursive: true, force: true }))
    const key = readPrivateKey(newKeyPair().privatePem, 'test key')
    const query = (text: string) => parseQuery(text, new Date('2026-12-01T00:00:00Z'))
    let original: LiveRun
    let address: StoreAddress
    const use = <Result>(act: (store: Store) => Promise<Result>) => withStore(address, env, 'write', act)
    const ids = (runs: readonly ViewedRun[]) => runs.map(({ record }) => record.id)

    /** Two boxes with three starts each, the last of box 2 unsigned, and one simulated. */
    beforeAll(async () => {
      original = await writeLiveRun(join(root, 'original'), { key, chain: join(root, 'chain') })
      address = await addressOf()
      const { host, gpus } = original.record
      for (const [minute, hostname] of ['b1', 'b2', 's1'].entries()) {
        for (const start of [1, 2, 3]) {
          const run = copyOfRun(
            original,
            join(root, 'runs'),
            {
              id: `${hostname}-${start}`,
              startedAt: `2026-11-0${start}T10:0${minute}:00.000Z`,
              host: { ...host, hostname },
              gpus: gpus.map((gpu) => ({ ...gpu, uuid: `GPU-${hostname}`, driver: start < 3 ? '580.1' : '590.1' })),
              ...(hostname === 's1' ? { source: 'simulated', sourceEvidence: ['a test'], quotable: false } : {}),
            },
            hostname === 'b2' && start === 3 ? null : key,
          )
          if (run.record.id === 'b1-2') {
            const judged = { verdict: 'rejected', failed: ['it is slow'], at: new Date(0) } as const
            await writeAcceptance(await readRun(run.directory), judged, null)
          }
          expect(await use((store) => pushRun(store, run.directory))).toMatchObject({ outcome: 'pushed' })
        }
      }
    })

    test('the newest runs of each unit in each scenario, oldest first, and how many there are', async () => {
      await use(async (store) => {
        const all = await newestRuns(store, query('source=live'), { perCell: 2, most: 100 })
        expect([ids(all.runs), all.asked]).toEqual([['b1-2', 'b2-2', 'b1-3', 'b2-3'], 4])
        const cut = await newestRuns(store, query('source=live'), { perCell: 9, most: 2 })
        expect([new Set(ids(cut.runs)), cut.asked, cut.cellsNotRead]).toEqual([new Set(['b1-3', 'b2-3']), 6, 0])
        const last = await newestRuns(store, query('host=b1 last=1'), { perCell: 9, most: 9 })
        expect([ids(last.runs), last.runs[0]!.quotable]).toEqual([['b1-3'], true])
      })
    })

    test('a unit that is measured often displaces no other, and what was not read is counted', async () => {
      await use(async (store) => {
        const live = store.db.updateTable('runs').where('host', '=', 'b1')
        await live.set({ started_at: '2026-10-01T00:00:00.000Z' }).where('id', '=', 'b1-3').execute()
        const both = await newestRuns(store, query('source=live'), { perCell: 9, most: 2 })
        const one = await newestRuns(store, query('source=live'), { perCell: 9, most: 1 })
        await live.set({ started_at: '2026-11-03T10:00:00.000Z' }).where('id', '=', 'b1-3').execute()
        expect([ids(both.runs), both.asked, both.cellsNotRead]).toEqual([['b1-2', 'b2-3'], 6, 0])
        expect([ids(one.runs), one.cellsNotRead]).toEqual([['b2-3'], 1])
      })
    })

    test('counts, versions and sources', async () => {
      await use(async (store) => {
        expect(await sourcesInStore(store)).toEqual({ live: 6, simulated: 3 })
        const [, second] = await tallied(store, 'host', query('source=live'))
        expect(second).toEqual({ name: 'b1', runs: 3, quotable: 3, hosts: 1, newest: '2026-11-03T10:00:00.000Z' })
        expect(await tallied(store, 'card', query('source=live'))).toMatchObject([{ runs: 6, quotable: 5, hosts: 2 }])
        expect(await tallied(store, 'scenario', query('host=none'))).toEqual([])
        expect((await versionsInStore(store, query('source=live'))).driver).toEqual(['590.1', '580.1'])
      })
    })

    test('what can be quoted is the newest signed live run, and a run has its reasons', async () => {
      await use(async (store) => {
        const { runs } = await newestQuotable(store, 10)
        expect(ids(runs)).toEqual(['b1-3'])
        const { runs: unsigned } = await newestRuns(store, query('host=b2 signed=no'), { perCell: 1, most: 1 })
        expect([unsigned[0]!.quotable, unsigned[0]!.reasons[0]]).toEqual([false, expect.stringMatching(/not signed/)])
      })
    })

    test('the verdict of box, with the record that it is about', async () => {
      await use(async (store) => {
        const found = await verdictOfHost(store, 'b1')
        expect([found?.id, found?.text.includes('it is slow')]).toEqual(['b1-2', true])
        expect(await verdictOfHost(store, 'b2')).toBeNull()
      })
    })

    test('the state is another one after a push, and a record that cannot be read is named', async () => {
      const before = await use((store) => stateOfStore(store, address))
      expect(await use((store) => stateOfStore(store, address))).toBe(before)
      const { directory } = copyOfRun(original, join(root, 'more'), { id: 'more' }, key)
      await writeAcceptance(await readRun(directory), { verdict: 'accepted', failed: [], at: new Date(0) }, null)
      await use((store) => pushRun(store, directory))
      const pushed = await use((store) => stateOfStore(store, address))
      expect(pushed).not.toBe(before)
      // a verdict that takes the place of another one, whatever the others are
      const [lower] = await use(({ db }) =>
        db
          .selectFrom('files')
          .select(['digest', 'sha256'])
          .where('name', '=', ACCEPTANCE_FILE)
          .orderBy('sha256')
          .execute(),
      )
      await use(({ db }) =>
        db
          .updateTable('files')
          .set({ sha256: '0'.repeat(64) })
          .where('name', '=', ACCEPTANCE_FILE)
          .where('digest', '=', lower!.digest)
          .execute(),
      )
      expect(await use((store) => stateOfStore(store, address))).not.toBe(pushed)
      await use(async (store) => {
        await store.db.updateTable('runs').set({ record: '{"schemaVersion":99}' }).where('id', '=', 'more').execute()
        const { digest } = await store.db
          .selectFrom('runs')
          .select('digest')
          .where('id', '=', 'more')
          .executeTakeFirstOrThrow()
        expect(await runsOf(store, [digest, 'none'])).toEqual({
          runs: [],
          unreadable: [expect.stringMatching(/^more: schemaVersion 99/)],
        })
      })
    })
  })
}
