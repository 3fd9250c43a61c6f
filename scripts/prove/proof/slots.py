"""A Llama over slots: one sequence per slot, its keys and values at fixed places, one forward pass per step for all of them."""

import torch
from torch.nn import functional

# a step reads as many columns of the cache as the longest sequence needs: this many, or two, four, eight times as many
SPAN = 256


class SlotModel:
    """
    The weights of a LlamaForCausalLM, and a forward pass of its own over a cache of slots. Row r of a step is slot r, so that
    nothing is copied when a sequence ends; rows of empty slots are computed and ignored. Token 0 is the first of a sequence.
    """

    def __init__(self, model, slots, max_len):
        config = model.config
        weight = model.lm_head.weight
        self.device, self.dtype = weight.device, weight.dtype
        self.embed, self.layers, self.norm, self.head = (
            model.model.embed_tokens,
            list(model.model.layers),
            model.model.norm,
            model.lm_head,
        )
        self.kv_heads = config.num_key_value_heads
        self.groups = config.num_attention_heads // config.num_key_value_heads
        self.head_size = config.hidden_size // config.num_attention_heads
        self.slots, self.max_len = slots, max_len
        width = -(-max_len // SPAN) * SPAN
        self.spans = powers_below(width, SPAN)
        self.row_steps = powers_below(slots, 1)
        shape = (len(self.layers), slots, self.kv_heads, width, self.head_size)
        self.keys = torch.zeros(shape, device=self.device, dtype=self.dtype)
        self.values = torch.zeros(shape, device=self.device, dtype=self.dtype)
        self.columns = torch.arange(width, device=self.device)
        self.rows = torch.arange(slots, device=self.device)
        self.tokens = torch.zeros(slots, device=self.device, dtype=torch.long)
        self.positions = torch.zeros(slots, device=self.device, dtype=torch.long)
        cos, sin = model.model.rotary_emb(torch.zeros(1, device=self.device, dtype=self.dtype), self.columns[None])
        self.cos, self.sin = cos[0], sin[0]
        self.graphs = {}

    def kv_bytes(self):
        return 2 * self.keys.numel() * self.keys.element_size()

    @torch.no_grad()
    def prefill(self, slot, tokens):
        """Reads a prompt into a slot. The logits that follow its last token."""
        count = len(tokens)
        hidden = self.embed(torch.tensor(tokens, device=self.device))
        cos, sin = self.cos[:count, None], self.sin[:count, None]
        for index, layer in enumerate(self.layers):
            query, key, value = self._projections(layer, hidden)
            query, key = rotated(query.flatten(1, 2), cos, sin), rotated(key, cos, sin)
            key, value = key.transpose(0, 1), value.transpose(0, 1)
            self.keys[index, slot, :, :count] = key
            self.values[index, slot, :, :count] = value
            # one key for each query head: not every version and processor takes grouped heads
            key, value = (each.repeat_interleave(self.groups, 0)[None] for each in (key, value))
            seen = functional.scaled_dot_product_attention(query.transpose(0, 1)[None], key, value, is_causal=True)
            hidden = rest_of(layer, hidden, seen[0].transpose(0, 1).reshape(count, -1))
        return self.head(self.norm(hidden[-1:]))

    def step(self, tokens, positions):
        """
        The logits that follow these tokens, one row per slot from the first to the last that is in use. `positions`: where each
        token stands in its sequence, 0 in an empty slot.
        """
        used = len(tokens)
        rows = next(n for n in self.row_steps if n >= used)
        span = next(n for n in self.spans if n > max(positions))
        self.tokens[:used].copy_(torch.tensor(tokens))
        self.positions[:rows].copy_(torch.tensor(positions + [0] * (rows - used)))
        graph = self.graphs.get((rows, span))
        if graph is None:
            return self._forward(rows, span)[:used]
        graph[0].replay()
        return graph[1][:used]

    @torch.no_grad()
    def capture(self):
        """
        Records the kernels of a step once for each number of rows and each span: started one by one from Python they would take
        longer than the GPU needs for them. Raises RuntimeError where that fails, or where a recording computes something else.
        """
        self.tokens.random_(0, self.embed.num_embeddings)
        pool = None
        for rows in reversed(self.row_steps):
            for span in self.spans:
                side = torch.cuda.Stream()
                side.wait_stream(torch.cuda.current_stream())
                with torch.cuda.stream(side):
                    self._forward(rows, span)
                torch.cuda.current_stream().wait_stream(side)
                graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(graph, pool=pool):
                    logits = self._forward(rows, span)
                pool = pool or graph.pool()
                self.graphs[rows, span] = (graph, logits)
        for rows, span in ((1, self.spans[0]), (self.slots, self.spans[-1])):
            self.positions.fill_(span - 1)
            expected = self._forward(rows, span)
            graph, logits = self.graphs[rows, span]
            graph.replay()
            if not torch.allclose(logits, expected, rtol=0.02, atol=0.02):
                raise RuntimeError("a step by a CUDA graph differs from the same step without one")
        self.tokens.zero_()
        self.positions.zero_()

    @torch.no_grad()
    def _forward(self, rows, span):
        positions, slots = self.positions[:rows], self.rows[:rows]
        cos, sin = self.cos[positions, None], self.sin[positions, None]
        mask = (self.columns[:span] <= positions[:, None])[:, None, None]
        hidden = self.embed(self.tokens[:rows])
        for index, layer in enumerate(self.layers):
            query, key, value = self._projections(layer, hidden)
            query = rotated(query, cos[:, None], sin[:, None])
            self.keys[index][slots, :, positions] = rotated(key, cos, sin)
            self.values[index][slots, :, positions] = value
            # the query heads that share a key stand where several tokens of one sequence would
            seen = functional.scaled_dot_product_attention(
                query, self.keys[index, :rows, :, :span], self.values[index, :rows, :, :span], attn_mask=mask
            )
            hidden = rest_of(layer, hidden, seen.reshape(rows, -1))
        return self.head(self.norm(hidden))

    def _projections(self, layer, hidden):
        """Query (tokens, key heads, queries per key, size), key and value (tokens, key heads, size)."""
        normed, attention = layer.input_layernorm(hidden), layer.self_attn
        kv_shape = (-1, self.kv_heads, self.head_size)
        return (
            attention.q_proj(normed).view(-1, self.kv_heads, self.groups, self.head_size),
            attention.k_proj(normed).view(kv_shape),
            attention.v_proj(normed).view(kv_shape),
        )


def powers_below(limit, least):
    """`least`, its doubles below the limit, and the limit."""
    sizes = []
    while least < limit:
        sizes.append(least)
        least *= 2
    return [*sizes, limit]


def rest_of(layer, hidden, seen):
    """A layer from the output of its attention on."""
    hidden = hidden + layer.self_attn.o_proj(seen)
    return hidden + layer.mlp(layer.post_attention_layernorm(hidden))


def rotated(states, cos, sin):
    """Rotary positions in the order of Llama's checkpoints: the second half of a head belongs to the first."""
    half = states.shape[-1] // 2
    turned = torch.cat((-states[..., half:], states[..., :half]), dim=-1)
    return states * cos + turned * sin
