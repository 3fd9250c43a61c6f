import type { Config } from './config-fields.ts'

/** A field that the family requires and the file does not have. It becomes an error that names the file. */
export class MissingField extends Error {
  readonly field: string

  constructor(field: string) {
    super(`${field} is missing`)
    this.field = field
  }
}

/** The value of a field that a family requires. Throws `MissingField`. */
export function need<Key extends keyof Config>(config: Config, key: Key): NonNullable<Config[Key]> {
  const value = config[key]
  if (value === null || value === undefined) throw new MissingField(String(key))
  return value
}

/** Whether the file states a field. */
export const has = (config: Config, key: keyof Config): boolean => config[key] !== null && config[key] !== undefined

/** A flag, false where it is not stated. */
export const is = (flag: boolean | null | undefined): boolean => flag === true

/** The routed experts of a layer, whatever the family or the version of transformers calls them; null for none. */
export const routedExperts = (config: Config): number | null =>
  config.num_experts ?? config.num_local_experts ?? config.n_routed_experts ?? null

/** The routed experts of a layer and how many of them a token uses. Throws `MissingField`. */
export function expertsOf(config: Config): { experts: number; perToken: number } {
  const experts = routedExperts(config) ?? need(config, 'n_routed_experts')
  const perToken = config.top_k_experts ?? need(config, 'num_experts_per_tok')
  return { experts, perToken: Math.min(experts, perToken) }
}
