"""A spikefit search for Python benchmarks and tests: ask for points in the unit cube, tell values."""

import ctypes
import os

import numpy as np

DOUBLES = ctypes.POINTER(ctypes.c_double)


def _library():
    here = os.path.dirname(os.path.abspath(__file__))
    build = os.environ.get("SPK_BIN", os.path.join(here, "..", "..", "build", "release"))
    lib = ctypes.CDLL(os.path.join(build, "bench", "search", "libsearch_bridge.so"))
    lib.bridge_new.restype = ctypes.c_void_p
    lib.bridge_new.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int, DOUBLES,
                               DOUBLES, ctypes.c_size_t, ctypes.c_uint64, ctypes.c_uint64]
    lib.bridge_free.argtypes = [ctypes.c_void_p]
    lib.bridge_ask.restype = ctypes.c_size_t
    lib.bridge_ask.argtypes = [ctypes.c_void_p, DOUBLES, ctypes.c_size_t]
    lib.bridge_tell.argtypes = [ctypes.c_void_p, DOUBLES]
    lib.bridge_front.restype = ctypes.c_size_t
    lib.bridge_front.argtypes = [ctypes.c_void_p, ctypes.POINTER(DOUBLES), ctypes.POINTER(DOUBLES)]
    lib.bridge_favourite.argtypes = [ctypes.c_void_p, DOUBLES]
    for name in ("bridge_stopped", "bridge_describe"):
        getattr(lib, name).restype = ctypes.c_char_p
        getattr(lib, name).argtypes = [ctypes.c_void_p]
    return lib


def _doubles(a):
    return a.ctypes.data_as(DOUBLES) if a is not None else None


class Search:
    lib = None

    def __init__(self, method, dim, objectives=1, noisy=False, start=None, options=(), seed=1,
                 budget=0):
        Search.lib = Search.lib or _library()
        self.dim, self.objectives = dim, objectives
        start = None if start is None else np.ascontiguousarray(start, float)
        options = np.array([np.nan if o is None else o for o in options], float)
        self.handle = self.lib.bridge_new(method.encode(), dim, objectives, int(noisy), _doubles(start),
                                          _doubles(options), len(options), seed, budget)
        if not self.handle:
            raise ValueError(f"no search {method} in {dim} dimensions")

    def __del__(self):
        if getattr(self, "handle", None):
            self.lib.bridge_free(self.handle)

    def ask(self, room=100000):
        x = np.empty((room, self.dim))
        return x[:self.lib.bridge_ask(self.handle, _doubles(x), room)]

    def tell(self, f):
        f = np.ascontiguousarray(f, float)
        if self.lib.bridge_tell(self.handle, _doubles(f)):
            raise RuntimeError("tell failed")

    def stopped(self):
        reason = self.lib.bridge_stopped(self.handle)
        return reason.decode() if reason else None

    def describe(self):
        return self.lib.bridge_describe(self.handle).decode()

    def favourite(self):
        x = np.empty(self.dim)
        return x if self.lib.bridge_favourite(self.handle, _doubles(x)) else None

    def front(self):
        x, f = DOUBLES(), DOUBLES()
        n = self.lib.bridge_front(self.handle, ctypes.byref(x), ctypes.byref(f))
        if n == 0:
            return np.empty((0, self.dim)), np.empty((0, self.objectives))
        return (np.ctypeslib.as_array(x, (n, self.dim)).copy(),
                np.ctypeslib.as_array(f, (n, self.objectives)).copy())
