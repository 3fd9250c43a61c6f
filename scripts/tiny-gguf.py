"""Writes a small Llama with random weights as a GGUF file, with the vocabulary of another GGUF file.

    python scripts/tiny-gguf.py VOCABULARY.gguf OUTPUT.gguf

The vocabularies stand in the sources of llama.cpp (models/ggml-vocab-*.gguf). The model answers nonsense at the speed of the
CPU: it shows what a server sends, not what a model can do. Needs the packages `gguf` and `numpy`.
"""

import sys

import gguf
import numpy

LAYERS, WIDTH, FEED_FORWARD, HEADS, KV_HEADS, CONTEXT = 2, 256, 512, 4, 2, 8192


def main(vocabulary: str, output: str) -> None:
    reader = gguf.GGUFReader(vocabulary)
    writer = gguf.GGUFWriter(output, "llama")
    for name, field in reader.fields.items():
        # the words, their merges and their special tokens
        if name.startswith("tokenizer."):
            kind = field.types[0]
            inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), kind, inner)
    words = len(reader.fields["tokenizer.ggml.tokens"].data)
    writer.add_name("tiny-random-llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(words)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)

    random = numpy.random.default_rng(1)

    def weights(name: str, rows: int, columns: int) -> None:
        values = random.standard_normal((rows, columns), dtype=numpy.float32) / numpy.sqrt(columns)
        writer.add_tensor(name, values.astype(numpy.float16))

    def norm(name: str) -> None:
        writer.add_tensor(name, numpy.ones(WIDTH, dtype=numpy.float32))

    key_width = WIDTH // HEADS * KV_HEADS
    weights("token_embd.weight", words, WIDTH)
    norm("output_norm.weight")
    weights("output.weight", words, WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        norm(f"{block}.attn_norm.weight")
        norm(f"{block}.ffn_norm.weight")
        weights(f"{block}.attn_q.weight", WIDTH, WIDTH)
        weights(f"{block}.attn_k.weight", key_width, WIDTH)
        weights(f"{block}.attn_v.weight", key_width, WIDTH)
        weights(f"{block}.attn_output.weight", WIDTH, WIDTH)
        weights(f"{block}.ffn_gate.weight", FEED_FORWARD, WIDTH)
        weights(f"{block}.ffn_up.weight", FEED_FORWARD, WIDTH)
        weights(f"{block}.ffn_down.weight", WIDTH, FEED_FORWARD)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
