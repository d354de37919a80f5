#!/usr/bin/env python3
"""The driver of driver.py behind adapter protocol 1 (docs/protocol.md). Standard library only, Python 3.9 or newer.

    npx binder-spec doctor -- python3 adapters/python/adapter.py
    npx binder-spec run -- python3 adapters/python/adapter.py
"""

import json
import sys

from driver import Driver

HELLO = {
    "protocol": 1,
    "adapter": {"name": "python-example", "version": "1.0.0", "language": "python"},
    "impl": {"id": "python-example", "name": "Example driver in Python", "version": "1.0.0", "kind": "library"},
    "caps": {"placement": True},
    "limits": {"slots": 1, "max_line": 1 << 22},
    "reset": {"unit": "context"},
    "quiescence": {"method": "one call at a time, in one thread", "guarantee": "exact"},
}
OPS = {"open", "mmap", "ioctl", "write_read"}


class Unsupported(Exception):
    """The runner asked for what is not offered."""


def word(value):
    """A 64-bit word as the protocol spells it."""
    return value if value < 1 << 53 else f"0x{value:x}"


def spelled(shown):
    """An observation with its words spelled."""
    if isinstance(shown, dict):
        return {key: word(value) if key in ("ptr", "cookie") else spelled(value) for key, value in shown.items()}
    return [spelled(item) for item in shown] if isinstance(shown, list) else shown


def unrolled(value):
    """A call with its long rows of bytes written out."""
    if isinstance(value, dict):
        if "rep" in value:
            return "".join(part if isinstance(part, str) else part[0] * part[1] for part in value["rep"])
        return {key: unrolled(item) for key, item in value.items()}
    return [unrolled(item) for item in value] if isinstance(value, list) else value


def perform(driver, call):
    strange = [name for name in ("thread", "fd", "device") if call.get(name, 0) != 0]
    if call["op"] not in OPS or strange or call.get("nonblock"):
        raise Unsupported(f"{call['op']} with {', '.join(strange) or 'this op'}")
    result, completions = driver.perform(unrolled(call))
    return spelled({"op": call["id"], "result": result, "completions": completions})


def answer(tests, request):
    """The `ok` or `err` of one request."""
    kind, gen = request.get("q"), request.get("gen")
    if kind == "hello":
        if 1 not in request.get("protocols", []):
            return {"err": {"code": "version", "definite": True, "msg": "this adapter speaks protocol 1"}}
        return {"ok": HELLO}
    if kind == "begin":
        tests[gen] = Driver()
        return {"ok": {"residue": None}}
    if kind == "do" and gen in tests:
        observations = []
        for call in request["calls"]:
            try:
                observations.append(perform(tests[gen], call))
            except Unsupported as error:
                return {"err": told("unsupported", error, call, observations)}
            except Exception as error:  # noqa: BLE001 - whatever it is, the runner wants to know
                return {"err": told("adapter", repr(error), call, observations)}
        return {"ok": {"observations": observations}}
    if kind == "end":
        tests.pop(gen, None)
        return {"ok": {"residue": None}}
    if kind == "bye":
        return {"ok": {}}
    return {"err": {"code": "unsupported", "definite": True, "msg": f"no such request: {kind}"}}


def told(code, error, call, observations):
    definite = code == "unsupported"
    return {"code": code, "definite": definite, "msg": str(error), "op": call["id"], "observations": observations}


def main():
    tests = {}
    for line in sys.stdin:
        try:
            request = json.loads(line)
        except ValueError:
            print(f"not JSON: {line[:200]!r}", file=sys.stderr)
            continue
        stamp = {key: request[key] for key in ("id", "gen") if key in request}
        print("@b " + json.dumps({**stamp, **answer(tests, request)}, separators=(",", ":")), flush=True)
        if request.get("q") == "bye":
            return


if __name__ == "__main__":
    main()
