import { appendFileSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readRun } from '../../record/read.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { asWritten } from '../../record/signing/manifest.ts'
import { newKeyPair, publicHexOf, readPrivateKey } from '../../record/signing/signature.ts'
import { killedRun, UNFINISHED_REQUESTS } from '../../testing/killed-run.ts'
import { sealed } from '../seal.ts'
import { verifyRun } from '../verify-run.ts'
import { closeRun, finishSigning } from './close-run.ts'

const key = readPrivateKey(newKeyPair().privatePem, 'test key')

describe('a run that was killed in its third trial', () => {
  test('verifies to one line that says what is there', async () => {
    const { directory, record } = await killedRun()
    expect(record).toMatchObject({ status: 'running', process: { pid: process.pid } })
    const { problems } = await verifyRun(directory)
    const requests = 2 * 21 + UNFINISHED_REQUESTS
    expect(problems).toEqual([
      {
        file: 'run.json',
        what: `status: running: the run never ended: 2 of at least 3 trials in the record, ${requests} requests on disk`,
      },
    ])
  })

  test('is closed as interrupted with its two trials, and verifies', async () => {
    const killed = await killedRun()
    const { directory, record } = killed
    const lastWrite = new Date('2026-03-04T05:06:07.000Z')
    for (const name of readdirSync(directory)) utimesSync(join(directory, name), 0, lastWrite)
    const closed = await closeRun(killed, null)
    expect(closed).toMatchObject({ status: 'interrupted', quotable: false, endedAt: lastWrite.toISOString() })
    expect(closed).not.toHaveProperty('process')
    expect(closed.failure).toBe(
      `its process was gone before the run had ended; closed from its rows; ${UNFINISHED_REQUESTS} requests of the unfinished trial are in requests.csv only`,
    )
    expect(closed.trials).toEqual(record.trials)
    expect(closed.result['outputTokensPerS']?.n).toBe(2)
    expect(closed.gates.length).toBeGreaterThan(10)
    expect((await readRun(directory)).record).toEqual(closed)
    expect(readdirSync(directory)).not.toContain('run.json.tmp')
    expect((await verifyRun(directory)).problems).toEqual([])
  })

  test('is signed by a key, and is not closed twice', async () => {
    const killed = await killedRun()
    const chain = join(killed.directory, '..', 'chain-of-key')
    const signer = { key, chain, warn: (message: string) => expect.unreachable(message) }
    expect((await closeRun(killed, signer)).chain).toMatchObject({ place: 1, previous: null })
    const verification = await verifyRun(killed.directory, publicHexOf(key))
    expect(verification).toMatchObject({ problems: [], signedBy: publicHexOf(key) })
    await expect(closeRun(await readRun(killed.directory), signer)).rejects.toThrow(
      `${killed.directory}: its status is interrupted: there is nothing to close`,
    )
  })

  test('and again while it was closed and signed, keeps its place in the chain of the key', async () => {
    const killed = await killedRun()
    const path = join(killed.directory, 'run.json')
    const running = readFileSync(path)
    // utimes keeps whole milliseconds only, and a file system has finer ones
    const atime = new Date(Math.ceil(statSync(path).mtimeMs) + 1000)
    const mtime = atime
    utimesSync(path, atime, mtime)
    const chain = join(killed.directory, '..', 'chain-of-key')
    const signer = { key, chain, warn: (message: string) => expect.unreachable(message) }
    const closed = await closeRun(killed, signer)
    // run.json as it was, and as old as it was
    writeFileSync(path, running)
    utimesSync(path, atime, mtime)
    expect(await closeRun(await readRun(killed.directory), signer)).toEqual(closed)
    expect(readdirSync(chain)).toEqual(['00000001.json'])
  })

  test('loses the row that a crash cut, and says so', async () => {
    const killed = await killedRun()
    const path = join(killed.directory, 'gpu.csv')
    const { size } = statSync(path)
    appendFileSync(path, '41000.5,GPU-a,3')
    const closed = await closeRun(killed, null)
    expect(closed.failure).toMatch(/; gpu\.csv: 15 bytes of an unfinished row were cut$/)
    expect(statSync(path).size).toBe(size)
    expect((await verifyRun(killed.directory)).problems).toEqual([])
  })

  test('stays as it is where its rows cannot be read', async () => {
    const killed = await killedRun()
    const path = join(killed.directory, 'run.json')
    const before = readFileSync(path, 'utf8')
    writeFileSync(join(killed.directory, 'server.csv'), 'something,else\n')
    await expect(closeRun(killed, null)).rejects.toMatchObject({ code: 'bad-input' })
    expect(readFileSync(path, 'utf8')).toBe(before)
  })
})

describe('a run that was killed between its place in the chain and its signature', () => {
  /** A signed run and its record as it was on disk before the signature. */
  async function cutWhileSigned() {
    const killed = await killedRun()
    const chain = join(killed.directory, '..', 'chain-of-key')
    const signer = { key, chain, warn: (message: string) => expect.unreachable(message) }
    const whole = await closeRun(killed, signer)
    const { signature: _, redactedCopy: __, chain: ___, ...rest } = whole
    const write = (record: RunRecord) =>
      writeFileSync(join(killed.directory, 'run.json'), JSON.stringify(asWritten(record)))
    write(sealed(rest))
    return { directory: killed.directory, signer, whole, unsigned: sealed(rest), write }
  }

  test('is signed at that place, to the byte as it would have been', async () => {
    const { directory, signer, whole } = await cutWhileSigned()
    expect(await finishSigning(await readRun(directory), signer)).toEqual(whole)
    expect((await readRun(directory)).record).toEqual(whole)
    expect(await verifyRun(directory, publicHexOf(key))).toMatchObject({ problems: [], signedBy: publicHexOf(key) })
    expect(readdirSync(signer.chain)).toEqual(['00000001.json'])
    // once it is signed there is nothing left to do
    expect(await finishSigning(await readRun(directory), signer)).toBeNull()
  })

  test.each([
    ['changed since', (record: RunRecord) => ({ ...record, endedAt: '2026-03-04T05:06:07.000Z' })],
    ['of another run', (record: RunRecord) => ({ ...record, id: `${record.id}-2` })],
  ])('is not signed if it was %s', async (_, change) => {
    const { directory, signer, unsigned, write } = await cutWhileSigned()
    write(sealed(change(unsigned)))
    expect(await finishSigning(await readRun(directory), signer)).toBeNull()
    expect((await readRun(directory)).record.signature).toBeUndefined()
  })
})
