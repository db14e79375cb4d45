"""The page shows text of others as text: no module of it opens the door to raw HTML."""

from __future__ import annotations

import ast
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "ui"
OPEN_DOORS = {"unsafe_allow_html", "unsafe_allow_javascript"}
"""Arguments of Streamlit's with which text becomes markup."""


def test_no_call_lets_html_through() -> None:
    """No argument that lets markup in; `st.html` is given our own style sheet and nothing else."""
    for file in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            assert not OPEN_DOORS & {word.arg for word in node.keywords}, (file, node.lineno)
            called = ast.unparse(node.func)
            assert not called.endswith((".iframe", "components.html", "v1.html")), (file, node.lineno)
            if called.endswith(".html"):
                assert ast.unparse(node.args[0]).endswith("'page.css'"), (file, node.lineno)
