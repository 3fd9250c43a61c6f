import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { writeRedactedCopy } from '../../evidence/redaction/redacted-copy.ts'
import { verifyRun } from '../../evidence/verify-run.ts'
import { writeAcceptance } from '../../record/acceptance-file.ts'
import { findRuns } from '../../record/disk/run-folders.ts'
import { toJson } from '../../record/json-file.ts'
import { readRun } from '../../record/read.ts'
import { checkStored } from '../../store/check.ts'
import { findInStore } from '../../store/find.ts'
import { pullRun, recordTexts } from '../../store/pull.ts'
import { pushRun } from '../../store/push.ts'
import { parseQuery } from '../../store/query/parse.ts'
import { bytesOf, copyOfRun } from '../run-copies.ts'
import { now, type StoreStage } from './stage.ts'

const v1 = fileURLToPath(new URL('../fixtures/records-v1', import.meta.url))

/** What goes into a store comes out as it was, once, with what was added to it later; what is not sound is refused. */
export function keptCases(stage: StoreStage): void {
  const { root, use, empty, ids } = stage

  test('a signed run with its place in the chain comes out as it went in, and verifies', async () => {
    await use(async (store) => {
      const pushed = await pushRun(store, stage.original.directory)
      expect(pushed).toMatchObject({
        outcome: 'pushed',
        id: stage.original.record.id,
        digest: stage.original.record.manifestSha256,
      })
      const [entry] = await findInStore(store, parseQuery('', now))
      expect(entry).toMatchObject({
        quotable: true,
        reasons: [],
        redacted: false,
        host: stage.original.record.host.hostname,
      })
      const { directory } = await pullRun(store, entry!, empty())
      expect(bytesOf(directory)).toEqual(bytesOf(stage.original.directory))
      const { problems, signedBy, record } = await verifyRun(directory)
      expect([problems, signedBy, record?.chain?.place]).toEqual([[], stage.original.record.signature?.publicKey, 1])
      expect(await checkStored(store, entry!, null)).toMatchObject({ problems: [], fault: null })
      const texts: string[] = []
      for await (const text of recordTexts(store, [entry!])) texts.push(text)
      expect(texts).toEqual([readFileSync(join(stage.original.directory, 'run.json'), 'utf8')])
      expect(await pullRun(store, entry!, join(directory, '..'))).toMatchObject({ outcome: 'present', directory })
    })
  })

  test('a run is there once, however often it is pushed', async () => {
    await use(async (store) => {
      const outcomes = [await pushRun(store, stage.original.directory), await pushRun(store, stage.original.directory)]
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['pushed', 'present'])
      expect(await ids(store, '')).toEqual([stage.original.record.id])
    })
  })

  test('a redacted copy is beside its stage.original, and both come out as they were', async () => {
    const copies = mkdtempSync(join(root, 'redacted-'))
    const directory = await writeRedactedCopy(stage.original.directory, stage.original.record, copies)
    await use(async (store) => {
      await pushRun(store, stage.original.directory)
      await pushRun(store, directory)
      const found = await findInStore(store, parseQuery('', now))
      expect(found.map(({ redacted }) => redacted).toSorted()).toEqual([false, true])
      const folder = empty()
      for (const entry of found) {
        const pulled = await pullRun(store, entry, folder)
        expect(bytesOf(pulled.directory)).toEqual(bytesOf(entry.redacted ? directory : stage.original.directory))
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
    const edited = copyOfRun(stage.original, join(root, 'edited'), { id: 'edited' })
    writeFileSync(join(edited.directory, 'gpu.csv'), 'x')
    const open = copyOfRun(stage.original, join(root, 'open'), { id: 'open', status: 'running' })
    await use(async (store) => {
      expect(await pushRun(store, edited.directory)).toMatchObject({
        reason: expect.stringMatching(/^gpu\.csv: was changed/),
      })
      expect(await pushRun(store, open.directory)).toMatchObject({ reason: expect.stringMatching(/running/) })
      expect(await ids(store, '')).toEqual([])
    })
  })

  test('a record that is signed later gets its signature, and keeps it', async () => {
    const { signature: _, ...unsigned } = stage.original.record
    const before = join(root, 'unsigned', stage.original.record.id)
    cpSync(stage.original.directory, before, { recursive: true })
    writeFileSync(join(before, 'run.json'), toJson(unsigned))
    await use(async (store) => {
      await pushRun(store, before)
      expect(await ids(store, 'signed=no')).toHaveLength(1)
      expect((await pushRun(store, stage.original.directory)).outcome).toBe('pushed')
      expect(await pushRun(store, before)).toMatchObject({
        outcome: 'refused',
        reason: expect.stringMatching(/signature/),
      })
      const [entry] = await findInStore(store, parseQuery('signed=yes', now))
      expect(bytesOf((await pullRun(store, entry!, empty())).directory)).toEqual(bytesOf(stage.original.directory))
      expect(await ids(store, '')).toHaveLength(1)
    })
  })

  test('the verdict of box travels with its run, also when it is made later', async () => {
    const judged = copyOfRun(stage.original, join(root, 'judged'), { id: 'judged' })
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
}
