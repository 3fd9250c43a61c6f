import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkStored } from '../../store/check.ts'
import { findInStore } from '../../store/find.ts'
import { pullRun } from '../../store/pull.ts'
import { pushRun } from '../../store/push.ts'
import { parseQuery } from '../../store/query/parse.ts'
import { bytesOf, copyOfRun } from '../run-copies.ts'
import { now, type StoreStage } from './stage.ts'

/** What a store must withstand: names that are code, rows that someone changed, writers at once. */
export function hostileCases(stage: StoreStage): void {
  const { root, addressOf, use, empty, ids } = stage

  test('names that are SQL, escapes, NUL or half characters are stored, found and given back as they are', async () => {
    const names = ["'; drop table runs; --", '\u001b[31mred', 'a\0b', '\ud800half', '%_\\*']
    const hosts = names.map((hostname, at) =>
      copyOfRun(stage.original, join(root, 'hostile'), {
        id: `hostile-${at}`,
        host: { ...stage.original.record.host, hostname },
        gates: stage.original.record.gates.map((gate) => ({ ...gate, evidence: hostname })),
      }),
    )
    await use(async (store) => {
      for (const { directory } of hosts) expect((await pushRun(store, directory)).outcome).toBe('pushed')
      expect(await ids(store, `host="${names[0]}"`)).toEqual(['hostile-0'])
      expect(await ids(store, `.host.hostname="${names[0]}"`)).toEqual(['hostile-0'])
      expect(await ids(store, `host="'; drop*"`)).toEqual(['hostile-0'])
      expect(await ids(store, `host="%*"`)).toEqual(['hostile-4'])
      for (const entry of await findInStore(store, parseQuery('', now))) {
        const { directory } = hosts.find(({ record }) => record.id === entry.id)!
        expect(bytesOf((await pullRun(store, entry, empty())).directory)).toEqual(bytesOf(directory))
      }
    })
  })

  test('a store that was changed is found out, and nothing of it is written outside the folder', async () => {
    await use(async (store) => {
      await pushRun(store, stage.original.directory)
      const [entry] = await findInStore(store, parseQuery('', now))
      await store.db.updateTable('metrics').set({ mean: 1e9 }).where('metric', '=', 'outputTokensPerS').execute()
      await store.db.updateTable('runs').set({ host: 'elsewhere' }).execute()
      const { problems } = await checkStored(store, entry!, null)
      expect(problems).toEqual([
        'its row: host is not that of the record',
        'its rows in metrics are not those of the record',
      ])
      await store.db.updateTable('files').set({ name: '../../evil.csv' }).where('name', '=', 'gpu.csv').execute()
      await expect(pullRun(store, entry!, empty())).rejects.toThrow(/"..\/..\/evil.csv", which is no file of a run/)
      await store.db.updateTable('files').set({ name: 'gpu.csv' }).where('name', '=', '../../evil.csv').execute()
      await store.db.deleteFrom('parts').where('name', '=', 'gpu.csv').execute()
      const folder = empty()
      await expect(pullRun(store, entry!, folder)).rejects.toThrow(/changed or is not whole: gpu\.csv/)
      expect(readdirSync(folder)).toEqual([])
      for (const id of ['../up', '/root', '.hidden', '', 'a/b', 'a\0']) {
        await expect(pullRun(store, { ...entry!, id }, folder)).rejects.toThrow(/is no folder name/)
      }
    })
  })

  test('writers at once: every run is there once', async () => {
    const address = await addressOf()
    const runs = Array.from({ length: 8 }, (_, at) =>
      copyOfRun(stage.original, join(root, 'many'), { id: `many-${at}` }),
    )
    const outcomes = await Promise.all(
      runs.flatMap(({ directory }) =>
        [1, 2, 3].map(() => use(async (store) => (await pushRun(store, directory)).outcome, address)),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'pushed')).toHaveLength(8)
    expect(outcomes.filter((outcome) => outcome === 'present')).toHaveLength(16)
    await use(async (store) => expect(await ids(store, '')).toEqual(runs.map(({ record }) => record.id)), address)
  })
}
