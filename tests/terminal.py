"""The real program in a real terminal, driven as a user would: tmux's send-keys and capture-pane."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.processes import environment

PIN = "2468"
PATIENCE = 60.0  # seconds until a screen must show what is waited for


class Terminal:
    """One window of a tmux server of its own, which runs one command."""

    def __init__(self, folder: Path, name: str, size: tuple[int, int], call: list[str], **env: str) -> None:
        self._tmux = ["tmux", "-f", "/dev/null", "-S", str(folder / f"{name}.tmux")]
        paths = environment()
        (folder / "review").mkdir(exist_ok=True)
        (folder / "review" / "tour-was-shown").touch()
        given = {"PYTHONPATH": paths["PYTHONPATH"], "LIGHTBOX_CACHE": str(folder), **env}
        self._ask(
            "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]),
            *(part for name, value in given.items() for part in ("-e", f"{name}={value}")), *call, ";",
            "set-option", "remain-on-exit", "on",
        )  # fmt: skip
        self.process = int(self._ask("display-message", "-p", "#{pane_pid}"))

    def screen(self) -> str:
        return self._ask("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        self._ask("send-keys", *keys)

    def sees(self, *texts: str, without: str = "\0") -> str:
        """Wait until all texts stand on the screen, and one does not."""
        return self.until(lambda shown: all(text in shown for text in texts) and without not in shown)

    def until(self, holds: Callable[[str], bool]) -> str:
        ends = time.monotonic() + PATIENCE
        while not holds(shown := self.screen()):
            assert time.monotonic() < ends, shown
            time.sleep(0.05)
        return shown

    def sign_in(self, reader: str) -> None:
        """Type name and PIN, each when it is asked for."""
        self.sees("Sign in to decide")
        self.press(reader, "Enter", PIN, "Enter")
        self.sees(f"{reader}, ", without="Sign in to decide")

    @property
    def is_alive(self) -> bool:
        """Whether the program has not ended yet; tmux may leave one that has as a zombie for long."""
        try:
            state = Path(f"/proc/{self.process}/stat").read_text("utf-8", errors="replace")
        except OSError:
            return False
        return state.rpartition(")")[2].split()[0] != "Z"

    def ended(self) -> None:
        """Wait until the program has ended."""
        ends = time.monotonic() + PATIENCE
        while self.is_alive and time.monotonic() < ends:
            time.sleep(0.05)

    def close(self) -> None:
        """Close the window under the program, as who clicks on its cross does."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    def _ask(self, *arguments: str) -> str:
        sized = ("COLUMNS", "LINES")  # pytest's workers have them, and Textual believes them
        env = {**{name: value for name, value in os.environ.items() if name not in sized}, "TERM": "xterm"}
        call = [*self._tmux, *arguments]
        return subprocess.run(call, capture_output=True, encoding="utf-8", env=env, check=True).stdout
