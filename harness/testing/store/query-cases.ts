import { join } from 'node:path'
import { expect, test } from 'vitest'
import { outdated, removeRuns } from '../../store/prune.ts'
import { pushRun } from '../../store/push.ts'
import { parseQuery } from '../../store/query/parse.ts'
import { copyOfRun } from '../run-copies.ts'
import { settingAt } from '../setting-builder.ts'
import { now, type StoreStage } from './stage.ts'

/** What queries select, and what a pruning by age and number removes. */
export function queryCases(stage: StoreStage): void {
  const { root, use, ids } = stage

  test('each condition of a query selects the runs that it names', async () => {
    const { gpus, host, scenario } = stage.original.record
    const at = (day: string) => `2026-11-${day}T12:00:00.000Z`
    const box = (hostname: string, uuid: string, driver: string | null) => ({
      host: { ...host, hostname },
      gpus: gpus.map((gpu) => ({ ...gpu, uuid, driver, powerLimitW: 450 })),
    })
    const runs = [
      copyOfRun(stage.original, join(root, 'q'), { id: 'a', startedAt: at('01'), ...box('gpu1', 'GPU-aaa', '580.1') }),
      copyOfRun(stage.original, join(root, 'q'), { id: 'b', startedAt: at('10'), ...box('gpu2', 'GPU-bbb', '590.2') }),
      copyOfRun(stage.original, join(root, 'q'), {
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
        const run = copyOfRun(stage.original, join(root, 'old'), {
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
}
