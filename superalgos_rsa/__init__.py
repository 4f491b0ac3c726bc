"""Tells before a task starts whether Superalgos can really sign with a key, and mends what stands in the way.

What stands in `__all__` is the API, which docs/api.md describes. Each name is imported when it is first used.
"""

__version__ = "0.1.0"

__all__ = [
    "ConflictError",
    "Finding",
    "Report",
    "SuperalgosRsaError",
    "UsageError",
    "__version__",
    "check",
    "inspect_key",
    "plan_fixes",
    "update_key",
    "watch",
]

TYPE_CHECKING = False  # the type checker takes this name for true; to import it from `typing` takes 3 ms
if TYPE_CHECKING:
    from superalgos_rsa.config import update_key
    from superalgos_rsa.errors import ConflictError, SuperalgosRsaError, UsageError
    from superalgos_rsa.fixer.plan_fixes import plan_fixes
    from superalgos_rsa.keys.inspect import inspect_key
    from superalgos_rsa.validator.check import check
    from superalgos_rsa.validator.report import Finding, Report
    from superalgos_rsa.watcher.watch import watch
else:  # for the type checker a misspelt name is an error, which a `__getattr__` in its sight would hide
    _HOME = {
        "ConflictError": "errors",
        "Finding": "validator.report",
        "Report": "validator.report",
        "SuperalgosRsaError": "errors",
        "UsageError": "errors",
        "check": "validator.check",
        "inspect_key": "keys.inspect",
        "plan_fixes": "fixer.plan_fixes",
        "update_key": "config",
        "watch": "watcher.watch",
    }

    def __getattr__(name):
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=None)
        import importlib

        value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value

    def __dir__():
        return list(__all__)
