"""`python -m docs.make [--check]`"""

import sys

from docs.make.pages import filled, pages
from docs.make.parts import part


def main() -> int:
    stale = 0
    for page, language in pages():
        text = page.read_text("utf-8")
        made = filled(text, language, part)
        if made == text:
            continue
        if "--check" in sys.argv:
            print(f"{page} is not up to date: run `python -m docs.make`")
            stale += 1
        else:
            page.write_text(made, "utf-8")
            print(page)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
