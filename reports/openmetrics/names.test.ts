import { describe, expect, test } from 'vitest'
import { type MetricKey, metricKeys } from '../../harness/metrics/catalogue.ts'
import { everyHead } from './heads.ts'
import { exportedMetric } from './names.ts'

describe('the names of metrics', () => {
  test.each<[MetricKey, string, string | null, number]>([
    ['outputTokensPerS', 'joulemark_output_tokens_per_second', 'tokens_per_second', 1],
    ['ttftMsP50', 'joulemark_ttft_p50_seconds', 'seconds', 1000],
    ['peakMemoryMiB', 'joulemark_peak_memory_bytes', 'bytes', 1 / 1_048_576],
    ['tokensPerJ', 'joulemark_tokens_per_joule', 'tokens_per_joule', 1],
    ['finishedSessionsPerHour', 'joulemark_finished_sessions_per_second', 'sessions_per_second', 3600],
    ['joulesPer1000Texts', 'joulemark_joules_per_text', 'joules_per_text', 1000],
    ['secondsPerImage', 'joulemark_seconds_per_image', 'seconds_per_image', 1],
    ['errorRate', 'joulemark_error_ratio', 'ratio', 1],
    ['finalLoss', 'joulemark_final_loss', null, 1],
  ])('%s is %s', (key, name, unit, perBase) => {
    expect(exportedMetric(key)).toMatchObject({ mean: { name, unit }, low: { unit }, perBase })
  })

  test('every metric of the catalogue has a name of its own, which ends with its unit as OpenMetrics asks', () => {
    const names = everyHead.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(3 * metricKeys.length)
    for (const { name, unit } of everyHead) {
      expect(name).toMatch(/^joulemark_[a-z][a-z0-9_]*[a-z0-9]$/)
      if (unit !== null) expect(name).toMatch(new RegExp(`_${unit}$`))
      // names that OpenMetrics and Prometheus keep for other types
      expect(name).not.toMatch(/_(total|created|bucket|sum|count|milliseconds|mb)$/)
    }
  })

  test('no unit of the catalogue is said twice, and none is left in a name', () => {
    for (const key of metricKeys)
      expect(exportedMetric(key).mean.name).not.toMatch(/_(ms|s|w|j|mib|mi_b|per_s)(_|$)|rate|share/)
  })
})
