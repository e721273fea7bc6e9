# SPDX-License-Identifier: LGPL-2.1-or-later

from typing import Any

from gi.repository import GObject

AsyncReadyCallback: Any
ListModel: Any

class AsyncResult(GObject.Object): ...
class InputStream(GObject.Object): ...
class OutputStream(GObject.Object): ...

class Cancellable(GObject.Object):
    def cancel(self) -> None: ...
    def is_cancelled(self) -> bool: ...

class File(GObject.Object):
    @staticmethod
    def new_for_path(path: str) -> File: ...
