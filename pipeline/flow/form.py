"""What Prefect's form asks for: the options of the command line, with their bounds and words."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from inspect import Parameter
from typing import Annotated, Any, TypeVar, get_type_hints

from cyclopts.validators import Number
from pydantic import Field

from pipeline.options import Flowing

Function = TypeVar("Function", bound=Callable[..., Any])


def asks_for_options(function: Function) -> Function:
    """Let the `**options` of a function be the fields of `Flowing`, and its docstring say what they are.

    Prefect reads signature and docstring where it shows the form, and checks what a deployment is given against them.
    """
    first, *others, _ = inspect.signature(function).parameters.values()
    asked = [first]
    said = [inspect.getdoc(function) or ""]
    hints = get_type_hints(Flowing, include_extras=True)
    for each in fields(Flowing):
        option = hints[each.name].__metadata__[-1]
        bounds = next(iter(option.validator), Number())
        kind: Any = Annotated[hints[each.name].__origin__, Field(gt=bounds.gt, ge=bounds.gte, le=bounds.lte)]
        asked.append(Parameter(each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=kind))
        said.append(f"    {each.name}: {option.help}")
    function.__signature__ = inspect.Signature([*asked, *others])  # type: ignore[attr-defined]
    function.__doc__ = "\n".join(said)
    return function
