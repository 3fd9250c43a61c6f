import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { everyHead } from '../../reports/openmetrics/heads.ts'

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: Readonly<Record<string, string>>
}
interface RuleTest {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[]
}
interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
  readonly targets?: readonly { readonly expr: string; readonly refId: string; readonly datasource: object }[]
}
interface Dashboard {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}

const rules: readonly Rule[] = parse(read('alerts.yaml')).groups[0].rules
const dashboard: Dashboard = JSON.parse(read('dashboard.json'))
const queries = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
]

const declared = new Set(everyHead.map(({ name }) => name))
const unknownNames = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.match(/\bjoulemark_\w+/g) ?? []).filter((name) => !declared.has(name))

test('alerts and dashboard ask for metrics that exist, and each query asks for one', () => {
  expect(unknownNames(['joulemark_tokens_per_second_typo'])).toHaveLength(1)
  expect(unknownNames([...rules.map(({ expr }) => expr), ...queries])).toEqual([])
  expect(queries.filter((query) => !query.includes('joulemark_'))).toEqual([])
})

describe('alerts', () => {
  test('each has a test in which it fires', () => {
    const tests: readonly RuleTest[] = parse(read('alerts.test.yaml')).tests
    const firing = tests.flatMap(({ alert_rule_test: each }) =>
      each.filter(({ exp_alerts: expected }) => expected.length > 0).map(({ alertname }) => alertname),
    )
    expect(new Set(firing)).toEqual(new Set(rules.map(({ alert }) => alert)))
  })

  test('no simulated run can cause one', () => {
    const ofRuns = rules.filter(({ expr }) => /joulemark_(?!unreadable_runs|omitted_sets)/.test(expr))
    for (const { expr } of ofRuns) {
      const selectors = expr.match(/joulemark_\w+(\{[^}]*\})?/g)!
      expect(selectors.filter((selector) => !selector.includes('source="live"'))).toEqual([])
    }
    expect(ofRuns.length).toBe(rules.length - 2)
  })

  test('each says what it is and what to do', () => {
    for (const { annotations } of rules) {
      expect(Object.keys(annotations)).toEqual(['summary', 'description'])
    }
  })
})

describe('the dashboard', () => {
  test('shows one source at a time: simulated figures never stand beside live ones', () => {
    const selectors = queries.flatMap((query) => query.match(/joulemark_\w+(\{[^}]*\})?/g) ?? [])
    expect(selectors.filter((selector) => !selector.includes('source="$source"'))).toEqual(['joulemark_run_info'])
    expect(dashboard.templating.list.find(({ name }) => name === 'source')!.definition).toBe(
      'label_values(joulemark_run_info, source)',
    )
  })

  test('knows every variable that it uses', () => {
    const used = new Set(JSON.stringify(dashboard).match(/(?<=\$\{?)[a-z]\w*/g))
    const known = dashboard.templating.list.map(({ name }) => name)
    expect([...used].filter((name) => !known.includes(name) && name !== '__all')).toEqual([])
  })

  test('panels have ids of their own, lie within 24 columns and beside each other', () => {
    const { panels } = dashboard
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { gridPos, targets = [] } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
      for (const { datasource } of targets) expect(JSON.stringify(datasource)).toMatch(/"uid":"\$\{datasource\}"/)
    }
    const fields = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    )
    expect(new Set(fields).size).toBe(fields.length)
  })
})
