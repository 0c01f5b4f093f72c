"""The chat page as a person uses it."""

import base64
import re
from pathlib import Path
from typing import Self

from playwright.sync_api import Locator, Page, expect

DATA = Path(__file__).resolve().parent.parent / "data"
REPORT = DATA / "office" / "report.pdf"
LONG = 60_000

DROP = """({name, content, type}) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, {type}));
  const target = document.querySelector("#scroll") ?? document.body;
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));
  }
}"""


class Chat:
    """One tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator("textarea[name=content]#message")
        self.cards = page.locator("#transcript article")
        self.answers = self.card("agent_output")
        self.live = page.locator("#live")
        self.status = page.locator("#run-status")
        self.queue = page.locator("#queue .queue__item")
        self.files = page.locator("input[type=file][name=files]")
        self.chips = page.locator("#chips .chip")

    @property
    def key(self) -> str:
        self.page.wait_for_url("**/s/*")
        return re.split(r"[/?#]", self.page.url.split("/s/")[1])[0]

    def card(self, kind: str) -> Locator:
        return self.page.locator(f"#transcript article[data-type={kind}]")

    def again(self) -> Self:
        """The same place in another tab of the same browser."""
        page = self.page.context.new_page()
        page.goto(self.page.url)
        return type(self)(page)

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def ask(self, text: str) -> Locator:
        """Say something and wait for the answer."""
        before = self.answers.count()
        self.say(text)
        expect(self.answers).to_have_count(before + 1, timeout=LONG)
        self.rests()
        return self.answers.last

    def drop(self, path: Path, mime_type: str = "application/pdf") -> None:
        content = base64.b64encode(path.read_bytes()).decode()
        self.page.evaluate(DROP, {"name": path.name, "content": content, "type": mime_type})

    def rests(self) -> None:
        expect(self.status).to_have_attribute("data-state", "idle", timeout=LONG)

    def works(self) -> None:
        expect(self.status).not_to_have_attribute("data-state", "idle")

    def seqs(self) -> list[int]:
        return [int(seq) for seq in self.cards.evaluate_all("all => all.map(a => a.dataset.seq)")]

    def told(self) -> list[str]:
        """What every card says, without the times and the marks of a new one."""
        return [" ".join(text.split()) for text in self.cards.all_text_contents()]
