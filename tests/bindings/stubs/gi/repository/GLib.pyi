# SPDX-License-Identifier: LGPL-2.1-or-later

from typing import Any

Bytes: Any
DateTime: Any
MainContext: Any
MainLoop: Any
Regex: Any
SOURCE_CONTINUE: bool
timeout_add: Any

class Error(RuntimeError):
    message: str
    domain: str
    code: int
    def matches(self, domain: int, code: int) -> bool: ...
    def copy(self) -> Error: ...
