import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gpuRow, requestRow } from '../testing/rows.ts'
import { csvHeader, fromCsv, toCsv } from './csv.ts'
import { findRuns } from './disk/run-folders.ts'
import { canonicalSha256, provenanceOf } from './provenance.ts'
import { readRun } from './read.ts'
import { RequestTable } from './request-table.ts'
import { outcomes } from './rows.ts'
import { RunWriter, runId } from './writer.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'record-'))

describe('CSV rows', () => {
  test('come back as they were written, also with commas, quotes and line feeds in an error', () => {
    const number = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(
        number,
        fc.constantFrom(...outcomes),
        fc.string({ unit: 'binary' }),
        (firstTokenMs, outcome, error) => {
          const row = requestRow({ firstTokenMs, outcome, error, finishReason: null })
          const [back] = fromCsv('requests.csv', csvHeader('requests.csv') + toCsv('requests.csv', [row]))
          expect(back).toEqual({ ...row, firstTokenMs: firstTokenMs === 0 ? 0 : firstTokenMs })
        },
      ),
    )
  })

  test('a last line that a crash cut off is dropped, the rest is kept', () => {
    const text = csvHeader('gpu.csv') + toCsv('gpu.csv', [gpuRow(0), gpuRow(200)])
    expect(fromCsv('gpu.csv', text.slice(0, -5))).toEqual([gpuRow(0)])
  })

  test('a file that lacks the columns of later versions is read, those as null', () => {
    const older = (text: string) =>
      text
        .split('\n')
        .map((line) => line.replace(/(,[^,]*){10}$/, ''))
        .join('\n')
    const row = requestRow({ firstTokens: 7, lumpedTokens: 9, contentBytes: 11, session: 1, turn: 2, turnsLeft: 3 })
    const text = older(csvHeader('requests.csv') + toCsv('requests.csv', [row]))
    expect(text).not.toContain('firstTokens')
    expect(fromCsv('requests.csv', text)).toEqual([
      {
        ...row,
        firstTokens: null,
        lumpedTokens: null,
        contentBytes: null,
        session: null,
        turn: null,
        turnsLeft: null,
      },
    ])
    // fewer columns than any version had
    expect(() => fromCsv('requests.csv', older(text))).toThrow('unknown header')
  })

  test('a file of another schema is refused', () => {
    expect(() => fromCsv('gpu.csv', 'a,b\n1,2\n')).toThrow('unknown header')
  })
})

test('a request table grows and keeps the columns of all values, missing ones as NaN', () => {
  const table = new RequestTable()
  for (let id = 0; id < 3000; id += 1)
    table.push(requestRow({ id, dispatchedMs: id, outcome: id % 2 ? 'timeout' : 'ok', cachedTokens: null }))
  expect(table.length).toBe(3000)
  expect(table.column('dispatchedMs')[2999]).toBe(2999)
  expect(table.column('cachedTokens')[5]).toBeNaN()
  expect([table.isOk(0), table.isOk(1), table.outcome(1)]).toEqual([true, false, 'timeout'])
})

describe('a run folder', () => {
  test('is named by time, card and scenario, and never takes the place of another', () => {
    const id = runId(new Date('2026-11-23T04:05:06Z'), 'rtx-4090', 'a/../b')
    expect(id).toBe('20261123-040506-rtx-4090-a-..-b')
    const root = folder()
    expect(new RunWriter(root, id).id).toBe(id)
    expect(new RunWriter(root, id).id).toBe(`${id}-2`)
  })

  test('has every row on disk as soon as it was appended, and hashes that fit', () => {
    const writer = new RunWriter(folder(), 'x')
    writer.openCsv('requests.csv')
    writer.append('requests.csv', [requestRow(), requestRow({ id: 1 })])
    const text = readFileSync(join(writer.directory, 'requests.csv'), 'utf8')
    expect(text.split('\n')).toHaveLength(4)
    expect(writer.closeFiles()).toEqual({
      'requests.csv': { rows: 2, sha256: createHash('sha256').update(text).digest('hex') },
    })
  })

  test.each([
    ['no run.json', null, 'not a run folder (no run.json)'],
    ['half a run.json', '{"schemaVersion": 1,', 'not JSON'],
    ['a record of another schema', '{"schemaVersion": 7}', 'schemaVersion 7; this version of joulemark reads 1'],
    ['a record that lacks fields', '{"schemaVersion": 1}', 'run.json: id: '],
  ])('with %s is refused in one line', async (_, text, message) => {
    const path = folder()
    if (text !== null) writeFileSync(join(path, 'run.json'), text)
    await expect(readRun(path)).rejects.toThrow(message)
  })

  test('a path that is no run and no folder of runs is refused', async () => {
    await expect(findRuns([join(folder(), 'nope')])).rejects.toThrow(/no such run or folder of runs$/)
    const results = join(folder(), 'results')
    mkdirSync(results)
    await expect(findRuns([join(dirname(results), 'resluts')])).rejects.toThrow(`did you mean "${results}"?`)
    await expect(findRuns([folder()])).rejects.toThrow('holds no run')
  })
})

describe('provenance', () => {
  const gpu = { name: 'NVIDIA GeForce RTX 4090', driver: '580.95.05' } as never
  test('is live only when no part wears a stamp', () => {
    expect(provenanceOf({ gpus: [gpu], simulatedBy: null, streamsSimulated: false })).toEqual({
      source: 'live',
      sourceEvidence: [],
    })
  })
  test.each([
    ['the server', { gpus: [gpu], simulatedBy: 'says so', streamsSimulated: false }],
    ['the streams', { gpus: [gpu], simulatedBy: null, streamsSimulated: true }],
    [
      'the GPU name',
      { gpus: [{ name: 'NVIDIA H200 (SIMULATED)', driver: '1' } as never], simulatedBy: null, streamsSimulated: false },
    ],
    [
      'the driver',
      { gpus: [{ name: 'NVIDIA H200', driver: '0.0-sim' } as never], simulatedBy: null, streamsSimulated: false },
    ],
  ])('is simulated when %s is', (_, parts) => {
    expect(provenanceOf(parts).source).toBe('simulated')
  })
})

test('the hash of a scenario does not hang on the order of its keys', () => {
  expect(canonicalSha256({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(canonicalSha256({ b: { c: [1, 2] }, a: 1 }))
  expect(canonicalSha256({ a: [1, 2] })).not.toBe(canonicalSha256({ a: [2, 1] }))
})
