import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeRedactedCopy } from '../evidence/redaction/redacted-copy.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { writeAcceptance } from '../record/acceptance-file.ts'
import { findRuns } from '../record/disk/run-folders.ts'
import { toJson } from '../record/json-file.ts'
import { readRun } from '../record/read.ts'
import { newKeyPair, readPrivateKey } from '../record/signing/signature.ts'
import { checkStored } from '../store/check.ts'
import type { StoreAddress } from '../store/db/address.ts'
import { type Store, withStore } from '../store/db/open.ts'
import { findInStore } from '../store/find.ts'
import { outdated, removeRuns } from '../store/prune.ts'
import { pullRun, recordTexts } from '../store/pull.ts'
import { pushRun } from '../store/push.ts'
import { parseQuery } from '../store/query/parse.ts'
import { type LiveRun, writeLiveRun } from './live-record.ts'
import { bytesOf, copyOfRun } from './run-copies.ts'
import { settingAt } from './setting-builder.ts'

const now = new Date('2026-12-01T00:00:00Z')
const v1 = fileURLToPath(new URL('fixtures/records-v1', import.meta.url))

/** What every kind of store must do: the same cases for SQLite and PostgreSQL. `addressOf` gives an empty store. */
export function storeCases(kind: string, addressOf: () => Promise<StoreAddress>, env: NodeJS.ProcessEnv = {}): void {
  describe(kind, () => {
    const root = mkdtempSync(join(tmpdir(), 'store-cases-'))
    afterAll(() => rmSync(root, { recursive: true, force: true }))
    const key = readPrivateKey(newKeyPair().privatePem, 'test key')
    let original: LiveRun
    beforeAll(async () => {
      original = await writeLiveRun(join(root, 'runs'), { key, chain: join(root, 'chain') })
    })
    const use = async <Result>(act: (store: Store) => Promise<Result>, address?: StoreAddress): Promise<Result> =>
      withStore(address ?? (await addressOf()), env, 'write', act)
    let folders = 0
    const empty = () => join(root, `pulled-${++folders}`)
    const ids = async (store: Store, query: string) =>
      (await findInStore(store, parseQuery(query, now))).map(({ id }) => id)

    test('a signed run with its place in the chain comes out as it went in, and verifies', async () => {
      await use(async (store) => {
        const pushed = await pushRun(store, original.directory)
        expect(pushed).toMatchObject({
          outcome: 'pushed',
          id: original.record.id,
          digest: original.record.manifestSha256,
        })
        const [entry] = await findInStore(store, parseQuery('', now))
        expect(entry).toMatchObject({
          quotable: true,
          reasons: [],
          redacted: false,
          host: original.record.host.hostname,
        })
        const { directory } = await pullRun(store, entry!, empty())
        expect(bytesOf(directory)).toEqual(bytesOf(original.directory))
        const { problems, signedBy, record } = await verifyRun(directory)
        expect([problems, signedBy, record?.chain?.place]).toEqual([[], original.record.signature?.publicKey, 1])
        expect(await checkStored(store, entry!, null)).toMatchObject({ problems: [], fault: null })
        const texts: string[] = []
        for await (const text of recordTexts(store, [entry!])) texts.push(text)
        expect(texts).toEqual([readFileSync(join(original.directory, 'run.json'), 'utf8')])
        expect(await pullRun(store, entry!, join(directory, '..'))).toMatchObject({ outcome: 'present', directory })
      })
    })

    test('a run is there once, however often it is pushed', async () => {
      await use(async (store) => {
        const outcomes = [await pushRun(store, original.directory), await pushRun(store, original.directory)]
        expect(outcomes.map(({ outcome }) => outcome)).toEqual(['pushed', 'present'])
        expect(await ids(store, '')).toEqual([original.record.id])
      })
    })

    test('a redacted copy is beside its original, and both come out as they were', async () => {
      const copies = mkdtempSync(join(root, 'redacted-'))
      const directory = await writeRedactedCopy(original.directory, original.record, copies)
      await use(async (store) => {
        await pushRun(store, original.directory)
        await pushRun(store, directory)
        const found = await findInStore(store, parseQuery('', now))
        expect(found.map(({ redacted }) => redacted).toSorted()).toEqual([false, true])
        const folder = empty()
        for (const entry of found) {
          const pulled = await pullRun(store, entry, folder)
          expect(bytesOf(pulled.directory)).toEqual(bytesOf(entry.redacted ? directory : original.directory))
          expect((await verifyRun(pulled.directory)).problems).toEqual([])
        }
        expect(readdirSync(folder)).toHaveLength(2)
      })
    })

    test('records of schema 1 come out as they are', async () => {
      await use(async (store) => {
        for (const directory of await findRuns([v1])) {
          const pushed = await pushRun(store, directory)
          expect(pushed.outcome).toBe('pushed')
          const [entry] = await findInStore(store, parseQuery(pushed.id, now))
          const pulled = await pullRun(store, entry!, empty())
          expect(bytesOf(pulled.directory)).toEqual(bytesOf(directory))
          expect(await checkStored(store, entry!, null)).toMatchObject({ problems: [] })
        }
      })
    })

    test('a run that was changed, or has not ended, is refused with its reason, and nothing of it is kept', async () => {
      const edited = copyOfRun(original, join(root, 'edited'), { id: 'edited' })
      writeFileSync(join(edited.directory, 'gpu.csv'), 'x')
      const open = copyOfRun(original, join(root, 'open'), { id: 'open', status: 'running' })
      await use(async (store) => {
        expect(await pushRun(store, edited.directory)).toMatchObject({
          reason: expect.stringMatching(/^gpu\.csv: was changed/),
        })
        expect(await pushRun(store, open.directory)).toMatchObject({ reason: expect.stringMatching(/running/) })
        expect(await ids(store, '')).toEqual([])
      })
    })

    test('a record that is signed later gets its signature, and keeps it', async () => {
      const { signature: _, ...unsigned } = original.record
      const before = join(root, 'unsigned', original.record.id)
      cpSync(original.directory, before, { recursive: true })
      writeFileSync(join(before, 'run.json'), toJson(unsigned))
      await use(async (store) => {
        await pushRun(store, before)
        expect(await ids(store, 'signed=no')).toHaveLength(1)
        expect((await pushRun(store, original.directory)).outcome).toBe('pushed')
        expect(await pushRun(store, before)).toMatchObject({
          outcome: 'refused',
          reason: expect.stringMatching(/signature/),
        })
        const [entry] = await findInStore(store, parseQuery('signed=yes', now))
        expect(bytesOf((await pullRun(store, entry!, empty())).directory)).toEqual(bytesOf(original.directory))
        expect(await ids(store, '')).toHaveLength(1)
      })
    })

    test('the verdict of box travels with its run, also when it is made later', async () => {
      const judged = copyOfRun(original, join(root, 'judged'), { id: 'judged' })
      await use(async (store) => {
        await pushRun(store, judged.directory)
        for (const verdict of ['accepted', 'rejected'] as const) {
          await writeAcceptance(await readRun(judged.directory), { verdict, failed: [], at: now }, null)
          expect((await pushRun(store, judged.directory)).outcome).toBe('present')
          const [entry] = await findInStore(store, parseQuery('', now))
          expect(bytesOf((await pullRun(store, entry!, empty())).directory)).toEqual(bytesOf(judged.directory))
        }
      })
    })

    test('names that are SQL, escapes, NUL or half characters are stored, found and given back as they are', async () => {
      const names = ["'; drop table runs; --", '\u001b[31mred', 'a\0b', '\ud800half', '%_\\*']
      const hosts = names.map((hostname, at) =>
        copyOfRun(original, join(root, 'hostile'), {
          id: `hostile-${at}`,
          host: { ...original.record.host, hostname },
          gates: original.record.gates.map((gate) => ({ ...gate, evidence: hostname })),
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
        await pushRun(store, original.directory)
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

    test('each condition of a query selects the runs that it names', async () => {
      const { gpus, host, scenario } = original.record
      const at = (day: string) => `2026-11-${day}T12:00:00.000Z`
      const box = (hostname: string, uuid: string, driver: string | null) => ({
        host: { ...host, hostname },
        gpus: gpus.map((gpu) => ({ ...gpu, uuid, driver, powerLimitW: 450 })),
      })
      const runs = [
        copyOfRun(original, join(root, 'q'), { id: 'a', startedAt: at('01'), ...box('gpu1', 'GPU-aaa', '580.1') }),
        copyOfRun(original, join(root, 'q'), { id: 'b', startedAt: at('10'), ...box('gpu2', 'GPU-bbb', '590.2') }),
        copyOfRun(original, join(root, 'q'), {
          id: 'c',
          startedAt: at('20'),
          ...box('other', 'GPU-ccc', null),
          scenario: { ...scenario, name: 'other-scenario' },
          status: 'failed',
          setting: settingAt(300),
        }),
      ]
      await use(async (store) => {
        for (const { directory } of runs) expect((await pushRun(store, directory)).outcome).toBe('pushed')
        const cases: Record<string, string> = {
          '': 'abc',
          a: 'a',
          'host=gpu*': 'ab',
          'host!=gpu1': 'bc',
          'host=gpu1|other': 'ac',
          HOST: '',
          'gpu=GPU-bbb': 'b',
          'driver=590.*': 'b',
          'driver!=590.*': 'ac',
          'status=failed': 'c',
          'scenario=other-*': 'c',
          'since=2026-11-10': 'bc',
          'until=2026-11-10': 'ab',
          'since=12d': 'c',
          'last=2': 'bc',
          'last=1 host=gpu*': 'b',
          'quotable=yes': '',
          'signed=no,redacted=no': 'abc',
          'gate:error-rate=pass': 'abc',
          'gate:error-rate!=pass': '',
          'outputTokensPerS>1': 'abc',
          'outputTokensPerS<1': '',
          'powerLimitW<=450': 'abc',
          'powerLimitW>450': '',
          '.host.hostname=gpu1': 'a',
          '.host.hostname!=gpu1': 'bc',
          '.gpus.0.powerLimitW>=450': 'abc',
          '.gpus.0.powerLimitW!=450': '',
          '.gpus.0.serving=true': 'abc',
          '.no.such.field=1': '',
          '.schemaVersion=2': 'abc',
          'setting="300 W"': 'c',
          'setting="300 W" card=rtx-4090,host=other': 'c',
          [runs[1]!.record.manifestSha256!.slice(0, 12)]: 'b',
        }
        const found = await Promise.all(
          Object.keys(cases).map(async (query) => [query, (await ids(store, query)).join('')]),
        )
        expect(Object.fromEntries(found)).toEqual(cases)
      })
    })

    test('what is outside both rules is removed with all its rows, and nothing else', async () => {
      const days = ['01', '05', '10', '20', '25']
      await use(async (store) => {
        for (const day of days) {
          const run = copyOfRun(original, join(root, 'old'), {
            id: `day-${day}`,
            startedAt: `2026-11-${day}T12:00:00Z`,
          })
          await pushRun(store, run.directory)
        }
        const old = await outdated(store, parseQuery('', now), { since: '2026-11-22T00:00:00.000Z', newest: 3 })
        expect(old.map(({ id }) => id)).toEqual(['day-01', 'day-05'])
        expect(await removeRuns(store, old)).toBe(2)
        expect(await ids(store, '')).toEqual(['day-10', 'day-20', 'day-25'])
        for (const table of ['gpus', 'metrics', 'gates', 'files', 'parts'] as const) {
          const rows = await store.db.selectFrom(table).select('digest').distinct().execute()
          expect([table, rows.length]).toEqual([table, 3])
        }
      })
    })

    test('writers at once: every run is there once', async () => {
      const address = await addressOf()
      const runs = Array.from({ length: 8 }, (_, at) => copyOfRun(original, join(root, 'many'), { id: `many-${at}` }))
      const outcomes = await Promise.all(
        runs.flatMap(({ directory }) =>
          [1, 2, 3].map(() => use(async (store) => (await pushRun(store, directory)).outcome, address)),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'pushed')).toHaveLength(8)
      expect(outcomes.filter((outcome) => outcome === 'present')).toHaveLength(16)
      await use(async (store) => expect(await ids(store, '')).toEqual(runs.map(({ record }) => record.id)), address)
    })
  })
}
