"""Import modules of vit_pytorch without its `__init__`, which asks for torchvision."""

import importlib
import importlib.util
import sys
import types


def vit_module(name):
    if "vit_pytorch" not in sys.modules:
        package = types.ModuleType("vit_pytorch")
        package.__path__ = list(importlib.util.find_spec("vit_pytorch").submodule_search_locations)
        sys.modules["vit_pytorch"] = package
    return importlib.import_module(f"vit_pytorch.{name}")
