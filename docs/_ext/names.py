"""References that annotations make: a short name is looked up in the imports of the module that uses it.

Annotations are text at run time, and many names in them are imported for type checkers only. What another package
owns stays plain text, because these pages are built without a connection; what is ours and not found is reported.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import sys
import typing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.addnodes import pending_xref

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

UNDOCUMENTED = ("nearhome.app.", "nearhome.data.build.", "nearhome.geo.build.")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the look-up."""
    app.connect("autodoc-skip-member", _skip)
    app.connect("doctree-read", _expand)
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _skip(_app: Sphinx, what: str, _name: str, member: Any, *rest: Any) -> bool | None:
    """Leave out of a module's page what it only imports, and names for types."""
    owner = getattr(member, "__module__", None)
    return True if what == "module" and owner and not str(owner).startswith("nearhome") else rest[0] or None


def _expand(_app: Sphinx, page: nodes.document) -> None:
    """Give each reference the whole name, since two modules may have a class of the same short one."""
    for node in page.findall(pending_xref):
        if node.get("refdomain") == "py" and node.get("py:module"):
            full = _full(node["py:module"], node["reftarget"])
            if full != node["reftarget"]:
                node["reftarget"], node["refspecific"] = full, False


def _resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Element) -> nodes.Element | None:
    """Link a name of ours to its page, leave others as text, and let what should be there and is not be reported."""
    if node.get("refdomain") != "py":
        return None
    module, target = node.get("py:module") or "", node["reftarget"]
    if "[" in target or target.rpartition(".")[2].startswith("_"):
        return shown
    full = _full(module, target)
    if not full.startswith("nearhome."):
        return shown if _foreign(full) else None
    found = env.domains.python_domain.resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, shown)
    if found is not None:
        return found
    return shown if full.startswith(UNDOCUMENTED) or _is_alias(full) else None


def _full(module: str, target: str) -> str:
    """Give the whole name of what a module calls ``target``."""
    head, dot, rest = target.partition(".")
    return names_in(module).get(head, head) + dot + rest


def _foreign(name: str) -> bool:
    """Whether a name belongs to Python or to a package that is installed."""
    root = name.split(".", maxsplit=1)[0]
    if hasattr(builtins, root) or hasattr(typing, name) or root in sys.stdlib_module_names:
        return True
    return "." in name and importlib.util.find_spec(root) is not None


def _is_alias(full: str) -> bool:
    """Whether a name of ours is assigned in its module, or where that has it from: a name for a type."""
    module, _, name = full.rpartition(".")
    whole, assigned = _parsed(module)
    origin = whole.get(name, full)
    return name in assigned or (origin != full and (not origin.startswith("nearhome.") or _is_alias(origin)))


def names_in(module: str) -> dict[str, str]:
    """Give the whole name behind each name that a module imports, for type checkers alone or not, or makes."""
    return _parsed(module)[0]


@cache
def _parsed(module: str) -> tuple[dict[str, str], frozenset[str]]:
    """Give the names of a module, and which of them it assigns."""
    spec = importlib.util.find_spec(module) if module else None
    if spec is None or not spec.origin:
        return {}, frozenset()
    whole: dict[str, str] = {}
    assigned: set[str] = set()
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            whole |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            whole |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            whole.setdefault(node.name, f"{module}.{node.name}")
        elif isinstance(node, ast.Assign):
            assigned |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            assigned.add(node.target.id)
    return {name: f"{module}.{name}" for name in assigned} | whole, frozenset(assigned)
