"""A learner on a hub, as a browser would speak for them: HTTP, and the kernel's websocket."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

Message = dict[str, Any]


@dataclass
class Learner:
    """One learner, with the times that they waited, in seconds."""

    hub: str
    name: str
    waited: dict[str, float] = field(default_factory=dict)
    moves: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        limits = httpx.Timeout(330)
        self.http = httpx.AsyncClient(base_url=self.hub, timeout=limits, follow_redirects=True)
        self.models: dict[str, Message] = {}
        self.sockets: list[WebSocketClientConnection] = []

    async def log_in_and_start(self) -> None:
        """Log in, wait for the server, and load the page as far as a browser must."""
        start = time.perf_counter()
        await self.http.get("/hub/login")
        form = {"username": self.name, "password": "", "_xsrf": self._xsrf("/hub/")}
        answer = await self.http.post("/hub/login", data=form)
        while f"/user/{self.name}/" not in str(answer.url) or answer.status_code != 200:
            if answer.status_code >= 500 or answer.status_code in (403, 424, 429):
                raise RuntimeError(f"{answer.status_code} at {answer.url}: {_words(answer)}")
            await asyncio.sleep(0.5)
            answer = await self.http.get(f"/hub/user/{self.name}/")
        self.waited["page"] = time.perf_counter() - start
        self.page = answer

    async def open(self, path: str, timed: bool = True) -> list[str]:
        """Open a notebook with a kernel; return its cells of code."""
        start = time.perf_counter()
        notebook = await self._ask("GET", f"api/contents/{path}")
        body = {"kernel": {"name": "python3"}, "name": "", "path": path, "type": "notebook"}
        session = await self._ask("POST", "api/sessions", body)
        kernel = session["kernel"]["id"]
        await self._connect(kernel)
        await self.run("1")
        if timed:
            self.waited["kernel"] = time.perf_counter() - start
        cells = notebook["content"]["cells"]
        return ["".join(each["source"]) for each in cells if each["cell_type"] == "code"]

    async def run_all(self, cells: list[str]) -> None:
        """Run all cells, one after the other."""
        start = time.perf_counter()
        for cell in cells:
            await self.run(cell)
        self.waited["lesson"] = time.perf_counter() - start

    async def run(self, code: str) -> str:
        """Run a cell; return what it says, and note what it raised and which widgets it made."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True}  # fmt: skip
        asked = await self._send("execute_request", content)
        said = []
        done = {"reply": False, "idle": False}
        while not all(done.values()):
            message = await self._read()
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, told = message["msg_type"], message["content"]
            done["reply"] |= kind == "execute_reply"
            done["idle"] |= kind == "status" and told["execution_state"] == "idle"
            said += [told.get("text", ""), told.get("data", {}).get("text/plain", "")]
            if kind == "error":
                self.errors.append(f"{told['ename']}: {told['evalue']}"[:200])
        return "".join(said)

    async def write(self, path: str, change: Callable[[list[Message]], None]) -> None:
        """Change a notebook's cells, and save it as JupyterLab does."""
        notebook = (await self._ask("GET", f"api/contents/{path}"))["content"]
        change(notebook["cells"])
        body = {"type": "notebook", "format": "json", "content": notebook}
        await self._ask("PUT", f"api/contents/{path}", body)

    async def move(self, times: int, pause: float) -> None:
        """Move the first slider there and back, and note how long each picture took."""
        for number in range(times):
            slider = next(
                key
                for key, each in self.models.items()
                if each["_model_name"].endswith("SliderModel")
            )
            model = self.models[slider]
            step = model["step"] * (1 if number % 2 == 0 else -1)
            if model["value"] + step > model["max"]:
                step = -step
            model["value"] += step
            data = {"method": "update", "state": {"value": model["value"]}, "buffer_paths": []}
            start = time.perf_counter()
            await self._send("comm_msg", {"comm_id": slider, "data": data})
            await asyncio.wait_for(self._picture(), 60)
            self.moves.append(time.perf_counter() - start)
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Close the page; the server runs on."""
        for socket in self.sockets:
            socket.close()
        await self.http.aclose()

    async def _picture(self) -> None:
        """Wait for a widget's new picture."""
        while True:
            told = await self._read()
            if told["msg_type"] != "comm_msg":
                continue
            state = told["content"]["data"].get("state", {})
            if "<svg" in str(state.get("value", "")) or "<img" in str(state.get("value", "")):
                return

    async def _ask(self, method: str, path: str, body: Message | None = None) -> Message:
        address = f"/user/{self.name}/"
        told = {"X-XSRFToken": self._xsrf(address)}
        answer = await self.http.request(method, address + path, json=body, headers=told)
        if answer.status_code >= 400:
            raise RuntimeError(f"{answer.status_code} at {answer.url}: {_words(answer)}")
        return answer.json()

    async def _connect(self, kernel: str) -> None:
        path = f"/user/{self.name}/api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
        place = f"/user/{self.name}/"
        told = "; ".join(f"{each.name}={each.value}" for each in self._cookies(place))
        request = HTTPRequest(
            self.hub.replace("http", "ws", 1) + path,
            headers={"Cookie": told, "Origin": self.hub}, request_timeout=120, connect_timeout=120,
        )  # fmt: skip
        self.session = uuid.uuid4().hex
        self.sockets.append(await websocket_connect(request, max_message_size=2**28))

    async def _send(self, kind: str, content: Message) -> str:
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": kind, "session": self.session, "version": "5.3",
                  "username": self.name, "date": "2026-01-01T00:00:00Z"}  # fmt: skip
        whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content,
                 "channel": "shell", "buffers": []}  # fmt: skip
        await self.sockets[-1].write_message(json.dumps(whole))
        return number

    async def _read(self) -> Message:
        text = await self.sockets[-1].read_message()
        if text is None:
            raise RuntimeError("the kernel's connection was closed")
        if isinstance(text, bytes):
            return {"msg_type": "", "parent_header": {}, "content": {}}
        message = json.loads(text)
        if message["msg_type"] == "comm_open":
            self.models[message["content"]["comm_id"]] = message["content"]["data"]["state"]
        return message

    def _cookies(self, path: str) -> list[Any]:
        return [each for each in self.http.cookies.jar if path.startswith(each.path)]

    def _xsrf(self, path: str) -> str:
        found = [each for each in self._cookies(path) if each.name == "_xsrf"]
        return str(max(found, key=lambda each: len(each.path)).value) if found else ""


def _words(answer: httpx.Response) -> str:
    return " ".join(answer.text.split())[:200]
