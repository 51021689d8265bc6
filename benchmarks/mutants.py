"""
Mutants of a module: every small change to its syntax tree that a good test should notice.

Works on the tree, so that properties, tables and defaults are mutated like everything else. One mutant changes one
place.
"""

import ast
import copy
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "startswith": "endswith", "popleft": "pop"}
_TYPES = frozenset({"dict", "frozenset", "list", "set", "tuple"})

_SHOWN, _CONTEXT = 110, 25
"""A longer line is shown by so many characters on either side of what changed."""

Members = dict[str, tuple[str, ...]]
"""The members of every enum of the domain, by its name."""


@dataclass(frozen=True)
class Edit:
    """One place of a tree and what stands there in the mutant. ``place`` is ``None`` where the field holds one node."""

    where: str
    line: int
    parent: ast.AST
    field: str
    place: int | None
    new: ast.AST | None
    """``None`` takes the node out of its list."""

    def apply(self) -> object:
        """Change the tree; return what undoes it."""
        held = getattr(self.parent, self.field)
        if self.place is None:
            setattr(self.parent, self.field, self.new)
            return held
        changed = list(held)
        changed[self.place : self.place + 1] = [] if self.new is None else [self.new]
        setattr(self.parent, self.field, changed)
        return held

    def undo(self, held: object) -> None:
        """Put back what `apply` returned."""
        setattr(self.parent, self.field, held)


class MutatedModule:
    """One module and its mutants, in the order of their lines."""

    def __init__(self, path: Path, members: Members) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self._plain = ast.unparse(self.tree).splitlines()
        self.edits = tuple(sorted(_edits(self.tree, members, ""), key=lambda edit: edit.line))

    def compiled(self, edit: Edit) -> object:
        """Return the code of the mutant."""
        held = edit.apply()
        try:
            return compile(ast.fix_missing_locations(copy.deepcopy(self.tree)), str(self.path), "exec")
        finally:
            edit.undo(held)

    def difference(self, edit: Edit) -> str:
        """Return the changed lines as one text, `old -> new`, with the name of what they stand in."""
        held = edit.apply()
        try:
            changed = ast.unparse(ast.fix_missing_locations(self.tree)).splitlines()
        finally:
            edit.undo(held)
        lines = list(difflib.ndiff(self._plain, changed))
        old = " ".join(line[2:].strip() for line in lines if line.startswith("- "))
        new = " ".join(line[2:].strip() for line in lines if line.startswith("+ "))
        return f"{self.path.stem}{edit.where}: {_around_the_change(old, new)} -> {_around_the_change(new, old)}"


def _around_the_change(text: str, other: str) -> str:
    """Return a line, or of a long one the words around what is different from the other line."""
    if len(text) <= _SHOWN:
        return text or "(nothing)"
    before = _common(text, other)
    after = _common(text[:before:-1], other[:before:-1])
    start = text.rfind(" ", 0, max(before - _CONTEXT, 0)) + 1
    end = text.find(" ", len(text) - after + _CONTEXT)
    return f"{'... ' if start else ''}{text[start : end if end > 0 else None]}{' ...' if end > 0 else ''}"


def _common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def enum_members(paths: Sequence[Path]) -> Members:
    """Return the members of every enum that these modules define."""
    found: Members = {}
    for path in paths:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "Enum" for b in node.bases):
                names = [one.targets[0] for one in node.body if isinstance(one, ast.Assign)]
                found[node.name] = tuple(name.id for name in names if isinstance(name, ast.Name))
    return found


def _edits(node: ast.AST, members: Members, where: str) -> Iterator[Edit]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        where = f"{where}.{node.name}"
    for field, value in ast.iter_fields(node):
        if _is_no_rule(node, field):
            continue
        children = value if isinstance(value, list) else [value]
        for place, child in enumerate(children):
            if not isinstance(child, ast.AST) or _is_words_only(child):
                continue
            at = place if isinstance(value, list) else None
            line = getattr(child, "lineno", getattr(node, "lineno", 0))
            for new in _replacements(child, members):
                yield Edit(where, line, node, field, at, ast.copy_location(new, child))
            if at is not None and _may_be_dropped(node, field, child, len(children)):
                yield Edit(where, line, node, field, at, None)
            if isinstance(child, ast.Dict):
                yield from _without_entries(child, where, node, field, at)
            yield from _edits(child, members, where)


def _is_no_rule(node: ast.AST, field: str) -> bool:
    """Annotations, bases and the types inside an alias decide nothing at run time."""
    if field in {"annotation", "returns", "bases", "ctx", "type_params", "targets", "target"}:
        return True
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in _TYPES


def _is_words_only(node: ast.AST) -> bool:
    """Imports, and the texts that document what stands before them."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _may_be_dropped(node: ast.AST, field: str, child: ast.AST, siblings: int) -> bool:
    if isinstance(node, ast.Call):
        return field in {"args", "keywords"}
    if isinstance(node, ast.Tuple | ast.Set | ast.List):
        return field == "elts"
    if isinstance(node, ast.BoolOp):
        return siblings > 2
    if isinstance(node, ast.JoinedStr):
        return isinstance(child, ast.FormattedValue)
    return isinstance(node, ast.comprehension) and field == "ifs"


def _without_entries(node: ast.Dict, where: str, parent: ast.AST, field: str, at: int | None) -> Iterator[Edit]:
    for place, key in enumerate(node.keys):
        keys, values = list(node.keys), list(node.values)
        del keys[place], values[place]
        line = getattr(key, "lineno", node.lineno)
        yield Edit(where, line, parent, field, at, ast.copy_location(ast.Dict(keys, values), node))


def _replacements(node: ast.AST, members: Members) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.expr):
        yield from _expressions(node, members)


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.If):
        for forced in (True, False):
            yield _changed(node, test=ast.Constant(forced))
    elif isinstance(node, ast.While):
        yield _changed(node, test=ast.Constant(value=False))
    elif isinstance(node, ast.Return):
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield _changed(node, value=ast.Constant(None))
    elif isinstance(node, ast.AugAssign):
        yield ast.Pass()
        if type(node.op) in _ARITHMETIC:
            yield _changed(node, op=_ARITHMETIC[type(node.op)]())
    elif isinstance(node, ast.Raise | ast.Expr):
        yield ast.Pass()
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()


def _expressions(node: ast.expr, members: Members) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp(op=op, values=values):
            yield _changed(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            if len(values) == 2:
                yield from values
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) in _ARITHMETIC:
                yield _changed(node, op=_ARITHMETIC[type(op)]())
            yield from (left, right)
        case ast.UnaryOp(operand=operand) | ast.IfExp(body=operand):
            yield operand
            if isinstance(node, ast.IfExp):
                yield node.orelse
        case ast.Constant():
            yield from _constants(node)
        case ast.Call():
            yield from _calls(node)
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in members.get(name, ()):
            names = members[name]
            yield _changed(node, attr=names[(names.index(attr) + 1) % len(names)])


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for place, op in enumerate(node.ops):
        for other in _COMPARISONS[type(op)]:
            yield _changed(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, str):
        yield ast.Constant(f"XX{value}")


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    func = node.func
    if isinstance(func, ast.Name) and func.id in _CALLS:
        yield _changed(node, func=ast.Name(_CALLS[func.id], ast.Load()))
    if isinstance(func, ast.Attribute) and func.attr in _CALLS:
        yield _changed(node, func=_changed(func, attr=_CALLS[func.attr]))
    if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
        yield node.args[0]


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    """Return a shallow copy with other fields."""
    found = copy.copy(node)
    for name, value in fields.items():
        setattr(found, name, value)
    return found
