import type { Config } from './config-fields.ts'

/**
 * The configuration of one layer: what `per_layer_config` states of it replaces the common fields. transformers 5.19 and later
 * write a Gemma 4 this way, which older files describe by `global_head_dim` and `num_global_key_value_heads`.
 */
export function configOfLayer(config: Config, index: number): Config {
  const { per_layer_config: layers } = config
  if (layers === null || layers === undefined) return config
  return { ...config, global_head_dim: null, num_global_key_value_heads: null, ...layers[String(index)] }
}

/** Whether a layer leaves out a part of its block; which part has no name that is common to all families. */
export const skipsParts = ({ per_layer_config: layers }: Config): boolean =>
  Object.values(layers ?? {}).some(({ skip }) => (skip ?? []).length > 0)
