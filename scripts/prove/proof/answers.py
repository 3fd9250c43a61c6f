"""Answers in the form of the OpenAI API: events of a stream, one per token, or one document."""

import json
import time
import uuid

from proof.requests import token_text

FINGERPRINT = "joulemark-proof"
DONE = b"data: [DONE]\n\n"


def usage_of(request, made):
    prompt = len(request.tokens)
    return {"prompt_tokens": prompt, "total_tokens": prompt + made, "completion_tokens": made}


def error_document(message, kind="BadRequestError", field=None, status=400):
    return {"error": {"message": message, "type": kind, "param": field, "code": status}}


class Answer:
    """The tokens of one request as they are made. `send(bytes)` takes the events of a stream."""

    def __init__(self, request, is_chat, model, send):
        self.request, self.is_chat, self.send = request, is_chat, send
        self.made, self.texts, self.reason = 0, [], None
        kind = "chat.completion" if is_chat else "text_completion"
        self.head = {
            "id": f"{'chatcmpl' if is_chat else 'cmpl'}-{uuid.uuid4().hex}",
            "object": f"{kind}.chunk" if is_chat and request.stream else kind,
            "created": int(time.time()),
            "model": model,
            "system_fingerprint": FINGERPRINT,
        }

    def take(self, token, reason):
        """One token; None where the engine failed. True after the last one."""
        self.reason = reason
        if token is not None:
            self.made += 1
            text = token_text(token)
            if self.request.stream:
                self._send_token(text, reason)
            else:
                self.texts.append(text)
        if reason is not None and self.request.stream:
            self._send_end()
        return reason is not None

    def _send_token(self, text, reason):
        if self.is_chat and self.made == 1:
            self._event([self._choice(delta={"role": "assistant", "content": ""})], self._running_usage(0))
        content = {"delta": {"content": text}} if self.is_chat else {"text": text}
        self._event([self._choice(reason, **content)], self._running_usage(self.made))

    def _send_end(self):
        if self.reason == "error":
            self.send(event(error_document("the engine failed", "InternalServerError", status=500)))
        if self.request.include_usage:
            self._event([], {"usage": usage_of(self.request, self.made)})
        self.send(DONE)

    def _choice(self, reason=None, **content):
        return {"index": 0, **content, "logprobs": None, "finish_reason": reason}

    def _running_usage(self, made):
        return {"usage": usage_of(self.request, made)} if self.request.continuous_usage else {}

    def _event(self, choices, more):
        self.send(event({**self.head, "choices": choices, **more}))

    def document(self):
        text = "".join(self.texts)
        content = {"message": {"role": "assistant", "content": text}} if self.is_chat else {"text": text}
        choices = [self._choice(self.reason, **content)]
        return {**self.head, "choices": choices, "usage": usage_of(self.request, self.made)}


def event(document):
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"
