import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Store } from '../db/open.ts'
import type { StoreTables } from '../db/tables.ts'
import type { Comparison, Condition, Query } from './parse.ts'

type Builder = ExpressionBuilder<StoreTables, 'runs'>
type Where = Expression<SqlBool>

/** The conditions of a query on the table of runs. Every value is a parameter, and never part of the SQL. */
export const whereOf =
  ({ conditions }: Query, kind: Store['kind']) =>
  (builder: Builder): Where =>
    builder.and(conditions.map((condition) => oneOf(builder, condition, kind)))

function oneOf(builder: Builder, condition: Condition, kind: Store['kind']): Where {
  switch (condition.kind) {
    case 'text':
      return negatedIf(
        builder,
        condition.not,
        anyOf(builder, builder.ref(`runs.${condition.column}`), condition.values),
      )
    case 'name':
      return builder.or([
        anyOf(builder, builder.ref('runs.id'), [condition.value]),
        ...(/^[0-9a-f]{8,64}$/.test(condition.value) ? [builder('runs.digest', 'like', `${condition.value}%`)] : []),
      ])
    case 'gpu':
      return negatedIf(
        builder,
        condition.not,
        builder.exists(
          builder
            .selectFrom('gpus')
            .select('gpus.digest')
            .whereRef('gpus.digest', '=', 'runs.digest')
            .where((inner) => anyOf(inner as never, inner.ref(`gpus.${condition.column}`), condition.values)),
        ),
      )
    case 'flag':
      if (condition.flag === 'signed') return builder('runs.signed_by', condition.is ? 'is not' : 'is', null)
      return builder(`runs.${condition.flag}`, '=', condition.is)
    case 'time':
      return builder('runs.started_at', condition.side === 'since' ? '>=' : '<=', condition.at)
    case 'gate':
      return negatedIf(
        builder,
        condition.not,
        builder.exists(
          builder
            .selectFrom('gates')
            .select('gates.digest')
            .whereRef('gates.digest', '=', 'runs.digest')
            .where('gates.gate', '=', condition.gate)
            .where('gates.status', 'in', condition.values),
        ),
      )
    case 'metric':
      return builder.exists(
        builder
          .selectFrom('metrics')
          .select('metrics.digest')
          .whereRef('metrics.digest', '=', 'runs.digest')
          .where('metrics.metric', '=', condition.metric)
          .where('metrics.mean', condition.comparison, condition.value),
      )
    case 'number':
      return builder(`runs.${condition.column}`, condition.comparison, condition.value)
    case 'path':
      return pathIs(builder, condition, kind)
  }
}

/** NOT, where unknown counts as not so: a run without a driver is one whose driver is not 590. */
const negatedIf = (builder: Builder, not: boolean, where: Where): Where =>
  not ? builder.not(builder.fn.coalesce(where as never, sql`false`) as Where) : where

/** Whether a text is any of some values, in which `*` stands for any text. */
function anyOf(builder: Builder, column: Expression<string | null>, values: readonly string[]): Where {
  return builder.or(
    values.map((value) =>
      value.includes('*')
        ? sql<SqlBool>`${column} like ${patternOf(value)} escape '\\'`
        : sql<SqlBool>`${column} = ${value}`,
    ),
  )
}

const patternOf = (value: string): string => value.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')

/** A field of run.json by its path: as a number where both sides are one, else as a text. */
function pathIs(
  builder: Builder,
  { path, comparison, value }: Extract<Condition, { kind: 'path' }>,
  kind: Store['kind'],
): Where {
  const { text, number } = fieldOf(path, kind)
  const asNumber = Number(value)
  if (value !== '' && Number.isFinite(asNumber)) {
    const is = sql<SqlBool>`${number} ${sql.raw(comparison)} ${asNumber}`
    return comparison === '=' || comparison === '!='
      ? builder.or([is, builder.and([sql<SqlBool>`${number} is null`, sameText(builder, text, comparison, value)])])
      : is
  }
  if (comparison === '=' || comparison === '!=') return sameText(builder, text, comparison, value)
  return sql<SqlBool>`${text} ${sql.raw(comparison)} ${value}`
}

const sameText = (builder: Builder, text: RawBuilder<string | null>, comparison: Comparison, value: string): Where =>
  negatedIf(builder, comparison === '!=', anyOf(builder, text, value.split('|')))

/** A field as text and as number, each null where it is not one. The path is a parameter. */
function fieldOf(path: readonly string[], kind: Store['kind']) {
  if (kind === 'postgres') {
    const field = sql`runs.record #> ${[...path]}`
    return {
      text: sql<string | null>`(runs.record #>> ${[...path]})`,
      number: sql<
        number | null
      >`(case when jsonb_typeof(${field}) = 'number' then (${field})::text::double precision end)`,
    }
  }
  const at = `$${path.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `."${step}"`)).join('')}`
  const type = sql`json_type(runs.record, ${at})`
  return {
    text: sql<
      string | null
    >`(case when ${type} in ('true', 'false') then ${type} else cast(runs.record ->> ${at} as text) end)`,
    number: sql<number | null>`(case when ${type} in ('integer', 'real') then runs.record ->> ${at} end)`,
  }
}
