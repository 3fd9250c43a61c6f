"""The paths of the server. The event loop only reads and writes; forward passes run in the engine's thread."""

import asyncio

from proof.answers import Answer, error_document
from proof.engine import Sequence
from proof.http import STREAM_END, STREAM_HEAD, HttpError, chunk, read_http, whole_answer
from proof.requests import BadRequest, read_request

GENERATING = {"/v1/completions": False, "/v1/chat/completions": True}


class Web:
    def __init__(self, engine, limits, facts):
        """`facts`: what /joulemark-proof says of the server."""
        self.engine, self.limits, self.facts = engine, limits, facts

    def pages(self):
        model = {"id": self.limits.model, "object": "model", "owned_by": "joulemark-proof", "root": self.limits.model}
        return {
            "/health": lambda: (200, "", "text/plain") if self.engine.failure is None else (500, self.engine.failure, "text/plain"),
            "/version": lambda: (200, {"version": f"joulemark-proof {self.facts['version']}"}),
            "/v1/models": lambda: (
                200,
                {"object": "list", "data": [{**model, "max_model_len": self.limits.max_model_len}]},
            ),
            "/metrics": lambda: (200, self.engine.counters.page(), "text/plain; version=0.0.4; charset=utf-8"),
            "/joulemark-proof": lambda: (200, self.facts),
        }

    async def serve(self, reader, writer):
        """One connection, until one side closes it."""
        try:
            while (request := await read_http(reader, writer)) is not None:
                if not await self._answer(request, reader, writer) or not request.keeps_alive:
                    break
                await writer.drain()
        except HttpError as error:
            writer.write(whole_answer(error.status, error_document(str(error), status=error.status)))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _answer(self, request, reader, writer):
        """False where the connection is of no further use."""
        pages, is_chat = self.pages(), GENERATING.get(request.path)
        if is_chat is None and request.path not in pages:
            writer.write(whole_answer(404, error_document("Not Found", "NotFoundError", status=404)))
        elif request.method != ("GET" if is_chat is None else "POST"):
            writer.write(whole_answer(405, error_document("Method Not Allowed", "BadRequestError", status=405)))
        elif is_chat is None:
            writer.write(whole_answer(*pages[request.path]()))
        else:
            try:
                asked = read_request(request.body, is_chat, self.limits)
            except BadRequest as error:
                writer.write(whole_answer(error.status, error_document(str(error), field=error.field, status=error.status)))
                return True
            if self.engine.failure is not None:
                writer.write(whole_answer(500, error_document(self.engine.failure, "InternalServerError", status=500)))
                return True
            return await self._generate(asked, is_chat, reader, writer)
        return True

    async def _generate(self, asked, is_chat, reader, writer):
        ended = asyncio.get_running_loop().create_future()
        answer = Answer(asked, is_chat, self.limits.model, lambda data: writer.write(chunk(data)))

        def listen(token, reason):
            if not ended.done() and not writer.is_closing() and answer.take(token, reason):
                ended.set_result(None)

        if asked.stream:
            writer.write(STREAM_HEAD)
        sequence = Sequence(asked, listen)
        self.engine.submit(sequence)
        is_gone = await first_of(ended, reader.read(1))
        if not ended.done():
            self.engine.cancel(sequence)
            ended.cancel()
            return False
        if asked.stream:
            writer.write(STREAM_END)
        elif answer.reason == "error":
            writer.write(whole_answer(500, error_document("the engine failed", "InternalServerError", status=500)))
        else:
            writer.write(whole_answer(200, answer.document()))
        return not is_gone


async def first_of(ended, read):
    """
    Waits for the end of an answer or of its client, and whether it is the client's. A client says nothing more until it has its
    answer: a byte, or the end of the connection, means that it is gone.
    """
    reading = asyncio.ensure_future(read)
    await asyncio.wait({ended, reading}, return_when=asyncio.FIRST_COMPLETED)
    if reading.cancel():
        # a connection has one reader at a time: the next request must not find this one
        await asyncio.wait({reading})
    return not reading.cancelled()
