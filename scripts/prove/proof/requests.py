"""Bodies of /v1/completions and /v1/chat/completions, checked: what this server cannot do is refused, never ignored."""

import json
import re
import zlib
from dataclasses import dataclass

PIECE = re.compile(r"\s?\w+|\s?[^\w\s]+|\s")
# settings that change the answer, with the values that mean "not asked for"
REFUSED = {
    "n": (1,),
    "best_of": (1,),
    "echo": (False,),
    "logprobs": (False,),
    "stop": ("", []),
    "suffix": ("",),
    "tools": ([],),
    "response_format": (),
    "top_p": (1,),
    "top_k": (-1, 0),
    "min_p": (0,),
    "repetition_penalty": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
}


class BadRequest(Exception):
    def __init__(self, message, field=None, status=400):
        super().__init__(message)
        self.field, self.status = field, status


@dataclass(frozen=True)
class Limits:
    model: str
    vocabulary: int
    max_model_len: int


@dataclass(frozen=True)
class Request:
    tokens: list
    max_tokens: int
    min_tokens: int
    ignore_eos: bool
    temperature: float
    stream: bool
    include_usage: bool
    continuous_usage: bool


def read_request(raw, is_chat, limits):
    body = read_body(raw)
    model = body.get("model", limits.model)
    if model != limits.model:
        raise BadRequest(f"The model {json.dumps(model)[:200]} does not exist; served is {limits.model}", "model", 404)
    for field, harmless in REFUSED.items():
        if body.get(field) is not None and body[field] not in harmless:
            raise BadRequest(f"{field} is not supported by this server", field)
    tokens = chat_tokens(body, limits) if is_chat else prompt_tokens(body, limits)
    room = limits.max_model_len - len(tokens)
    asked = body.get("max_completion_tokens") if is_chat else None
    if asked is None:
        asked = body.get("max_tokens")
    most = whole("max_tokens", (max(1, room) if is_chat else 16) if asked is None else asked, 1)
    if most > room:
        raise BadRequest(
            f"This model's maximum context length is {limits.max_model_len} tokens. However, you requested {most} output tokens and "
            f"your prompt contains {len(tokens)} input tokens",
            "max_tokens",
        )
    least = whole("min_tokens", body.get("min_tokens") or 0, 0)
    if least > most:
        raise BadRequest(f"min_tokens is {least}, above max_tokens, which is {most}", "min_tokens")
    stream = truth(body, "stream")
    options = body.get("stream_options") or {}
    if not isinstance(options, dict) or (options and not stream):
        raise BadRequest("stream_options: expected an object, with stream true", "stream_options")
    return Request(
        tokens=tokens,
        max_tokens=most,
        min_tokens=least,
        ignore_eos=truth(body, "ignore_eos"),
        temperature=temperature_of(body),
        stream=stream,
        include_usage=truth(options, "include_usage"),
        continuous_usage=truth(options, "continuous_usage_stats"),
    )


def read_body(raw):
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("the body is not an object of JSON")
    return body


def prompt_tokens(body, limits):
    prompt = body.get("prompt")
    if isinstance(prompt, str) and prompt != "":
        return text_tokens(prompt, limits)
    if not isinstance(prompt, list) or not prompt:
        raise BadRequest("prompt: expected a text, or a list of token ids, that is not empty", "prompt")
    for token in prompt:
        if type(token) is not int:
            raise BadRequest("prompt: expected a text, or one list of token ids", "prompt")
        if not 0 <= token < limits.vocabulary:
            raise BadRequest(f"Token id {token} is out of vocabulary", "prompt")
    return prompt


def chat_tokens(body, limits):
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages: expected a list that is not empty", "messages")
    tokens = []
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise BadRequest("messages: expected objects with a role and a content", "messages")
        content = message.get("content")
        parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
        tokens += text_tokens(message["role"], limits)
        for part in parts:
            if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
                raise BadRequest("messages: this server reads text only", "messages")
            tokens += text_tokens(part["text"], limits)
    return tokens


def text_tokens(text, limits):
    """One token per word or run of signs: the weights are random, so which one does not matter."""
    return [zlib.crc32(piece.encode("utf-8", "replace")) % limits.vocabulary for piece in PIECE.findall(text)]


def token_text(token):
    """A word of ASCII for a token, always the same."""
    letters = []
    while True:
        letters.append(chr(97 + token % 26))
        token //= 26
        if token == 0:
            return " " + "".join(letters)


def whole(name, value, least):
    if type(value) is not int or not least <= value < 2**31:
        raise BadRequest(f"{name}: expected a whole number, {least} or more", name)
    return value


def truth(body, name):
    value = body.get(name)
    if value is not None and type(value) is not bool:
        raise BadRequest(f"{name}: expected true or false", name)
    return value is True


def temperature_of(body):
    value = body.get("temperature")
    if value is None:
        return 1.0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        raise BadRequest("temperature: expected a number, 0 or more", "temperature")
    return float(value)
