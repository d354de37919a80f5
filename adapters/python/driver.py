"""A small, honest, incomplete Binder driver, written from docs/rules.md alone.

One device, one open file and one thread a process, nothing ever closed. What it does, it means to do as the rules say;
what it does not do, the adapter does not declare. Rule ids stand where a rule is decided.
"""

TF_ONE_WAY = 0x01
PAGE = 4096
MOST = 4 << 20  # ALLOC-01
ROOM = 76  # READ-03
BINDER, HANDLE = 0x73622A85, 0x73682A85
REGISTERED, ENTERED, EXITED, INVALID = 1, 2, 4, 8


class Refused(Exception):
    """A message that its sender reads an error about."""

    def __init__(self, br):
        super().__init__(br)
        self.br = br


def align8(size):
    return (size + 7) & ~7


def number(word):
    """A 64-bit word of the protocol."""
    return int(word, 16) if isinstance(word, str) else word


class Arena:
    """Buffers of one file: regions that tile the mapping; best fit, the low end is taken (ALLOC-21 to ALLOC-25)."""

    def __init__(self, size, readable):
        size = min((size + PAGE - 1) // PAGE * PAGE, MOST)
        self.size, self.readable, self.free_async, self.clock = size, readable, size // 2, 0
        self.regions = [[0, size, 0, None]]  # offset, size, when it became free, buffer

    def allocate(self, buffer):
        parts = [align8(part) for part in buffer.sizes]
        if any(part >= 1 << 64 for part in parts) or sum(parts) >= 1 << 64:
            raise Refused("BR_FAILED_REPLY")  # ALLOC-14
        size = max(sum(parts), 8)  # ALLOC-12, ALLOC-13
        if buffer.oneway and self.free_async < size:
            raise Refused("BR_FAILED_REPLY")  # ALLOC-16
        fits = [region for region in self.regions if region[3] is None and region[1] >= size]
        if not fits:
            raise Refused("BR_FAILED_REPLY")  # ALLOC-21
        best = min(fits, key=lambda region: (region[1], region[2]))  # ALLOC-22
        at = self.regions.index(best)
        self.clock += 1
        taken = [best[0], size, -1, buffer]
        rest = [[best[0] + size, best[1] - size, self.clock, None]] if best[1] > size else []
        self.regions[at : at + 1] = [taken, *rest]  # ALLOC-24
        buffer.offset, buffer.size = best[0], size
        self.free_async -= size if buffer.oneway else 0  # ALLOC-17

    def give_back(self, buffer):
        self.free_async += buffer.size if buffer.oneway else 0  # ALLOC-18
        at = next(i for i, region in enumerate(self.regions) if region[3] is buffer)
        first = at - 1 if at > 0 and self.regions[at - 1][3] is None else at
        last = at + 1 if at + 1 < len(self.regions) and self.regions[at + 1][3] is None else at
        start, end = self.regions[first][0], self.regions[last][0] + self.regions[last][1]
        self.clock += 1
        self.regions[first : last + 1] = [[start, end - start, self.clock, None]]  # ALLOC-25

    def delivered(self, offset):
        """The buffer that user space may free at an offset (ALLOC-44, ALLOC-45)."""
        for start, _, _, buffer in self.regions:
            if start == offset and buffer is not None and buffer.may_free:
                return buffer
        return None


class Buffer:
    def __init__(self, sizes, oneway, node):
        self.sizes, self.oneway, self.node = sizes, oneway, node
        self.offset = self.size = 0
        self.may_free, self.held = False, []  # held: (node or handle, strong)


class Node:
    def __init__(self, owner, ptr, cookie):
        self.owner, self.ptr, self.cookie = owner, ptr, cookie
        self.internal_strong = self.local_strong = self.local_weak = 0
        self.has_strong = self.has_weak = self.pending_strong = self.pending_weak = False
        self.refs, self.list, self.busy, self.oneways = [], None, False, []


class Ref:
    def __init__(self, process, handle, node):
        self.process, self.handle, self.node, self.strong, self.weak = process, handle, node, 0, 0


class Transaction:
    def __init__(self, sender, command, buffer, data):
        self.sender, self.code, self.flags, self.buffer = sender, command["code"], command["flags"], buffer
        self.data, self.offsets = data, [number(at) for at in command["message"]["offsets"]]
        self.node, self.caller, self.to, self.from_parent, self.to_parent = None, None, None, None, None


class Process:
    """An open file with its one thread."""

    def __init__(self, proc):
        self.proc, self.arena, self.todo, self.nodes, self.refs = proc, None, [], {}, {}
        self.max_threads = self.requested = self.started = self.looper = 0
        # The thread: it must return from its first ioctl (THR-02, THR-03).
        self.need_return, self.own, self.must_run, self.stack = True, [], False, None
        self.return_error = self.reply_error = None
        self.parked, self.waiting = None, False

    def queue(self, work):
        """Work for the thread that makes it return."""
        self.own.append(work)
        self.must_run = True


class Driver:
    def __init__(self):
        self.processes, self.manager, self.woken, self.completions = {}, None, [], []

    # --- system calls -------------------------------------------------------------------------------------------------

    def perform(self, call):
        """One call and everybody whom it woke: (result, completions)."""
        self.completions = []
        result = getattr(self, "do_" + call["op"])(call)
        while self.woken:
            self.resume(self.woken.pop(0))
        return result, sorted(self.completions, key=lambda completion: completion["op"])

    def do_open(self, call):
        self.processes[call["proc"]] = Process(call["proc"])
        return {"status": "OK"}

    def do_mmap(self, call):
        process = self.processes[call["proc"]]
        if call["prot"] == "write":
            return {"status": "EPERM"}  # ALLOC-04
        if process.arena is not None:
            return {"status": "EBUSY"}  # ALLOC-05
        process.arena = Arena(call["size"], call["prot"] == "read")
        return {"status": "OK"}

    def do_ioctl(self, call):
        process = self.processes[call["proc"]]
        process.need_return = False  # THR-03
        command, arg = call["cmd"], call["arg"]
        if command == "BINDER_VERSION":
            return {"status": "OK", "out": {"version": 8}}  # IOC-01
        if command == "BINDER_SET_MAX_THREADS":
            process.max_threads = arg.get("value", 0) & 0xFFFFFFFF  # THR-18
            return {"status": "OK"}
        if command == "BINDER_SET_CONTEXT_MGR":
            if self.manager is not None:
                return {"status": "EBUSY"}  # CTX-02
            node = self.node_of(process, 0, 0)
            node.local_strong, node.local_weak = node.local_strong + 1, node.local_weak + 1
            node.has_strong = node.has_weak = True
            self.manager = node
            return {"status": "OK"}
        return {"status": "EINVAL"}  # IOC-02

    def do_write_read(self, call):
        process = self.processes[call["proc"]]
        read = call.get("read")
        status, wrote = self.write(process, call["write"])
        shown = {} if read is None else {"returns": []}
        if status != "OK":
            process.need_return = False  # THR-03: however the ioctl ends
            return {"status": status, "wrote": wrote, "read": 0, **shown}
        if read is None or read["size"] == 0:
            process.need_return = False
            return {"status": "OK", "wrote": wrote, "read": 0 if read is None else read["consumed"], **shown}
        filled, returns = read["consumed"], []
        if filled == 0:
            filled, returns = 4, [{"br": "BR_NOOP"}]  # READ-01
        process.parked = {"op": call["id"], "wrote": wrote, "size": read["size"], "filled": filled, "returns": returns}
        process.parked["for_process"] = process.stack is None and not process.own  # THR-16
        return self.read(process) or "pending"

    # --- writing ------------------------------------------------------------------------------------------------------

    SIZES = {"BC_TRANSACTION": 68, "BC_REPLY": 68, "BC_FREE_BUFFER": 12, "BC_INCREFS_DONE": 20, "BC_ACQUIRE_DONE": 20}
    SIZES |= dict.fromkeys(("BC_INCREFS", "BC_ACQUIRE", "BC_RELEASE", "BC_DECREFS"), 8)
    SIZES |= dict.fromkeys(("BC_REGISTER_LOOPER", "BC_ENTER_LOOPER", "BC_EXIT_LOOPER"), 4)

    def write(self, process, commands):
        wrote = 0
        for command in commands:
            if process.return_error is not None:
                break  # WR-04
            size = self.SIZES.get(command["bc"])
            if size is None or "buffersSize" in command.get("message", {}) or not self.execute(process, command):
                return "EINVAL", wrote  # WR-09, WR-11
            wrote += size
        return "OK", wrote

    def execute(self, process, command):
        """Answers False where the whole ioctl fails (WR-31)."""
        bc = command["bc"]
        if bc == "BC_TRANSACTION":
            self.attempt(process, lambda: self.call(process, command))
        elif bc == "BC_REPLY":
            self.attempt(process, lambda: self.reply(process, command))
        elif bc == "BC_FREE_BUFFER":
            address = command["buffer"]
            buffer = process.arena.delivered(address) if process.arena and isinstance(address, int) else None
            if buffer is not None:
                self.free(process, buffer)  # WR-25
        elif bc.endswith("_DONE"):
            self.acknowledge(process, number(command["ptr"]), number(command["cookie"]), bc == "BC_ACQUIRE_DONE")
        elif bc.endswith("_LOOPER"):
            self.loop(process, bc)
        else:
            strong, more = bc in ("BC_ACQUIRE", "BC_RELEASE"), bc in ("BC_ACQUIRE", "BC_INCREFS")
            return self.count(process, command["handle"], strong, more)
        return True

    def loop(self, process, bc):
        """THR-08 to THR-12."""
        if bc == "BC_EXIT_LOOPER":
            process.looper |= EXITED
        elif bc == "BC_ENTER_LOOPER":
            process.looper |= ENTERED | (INVALID if process.looper & REGISTERED else 0)
        elif process.looper & ENTERED or process.requested == 0:
            process.looper |= REGISTERED | INVALID
        else:
            process.requested, process.started = process.requested - 1, process.started + 1
            process.looper |= REGISTERED

    def attempt(self, process, send):
        try:
            send()
        except Refused as refused:  # TXN-02
            process.return_error = refused.br
            process.queue(("return_error",))

    # --- calls and replies --------------------------------------------------------------------------------------------

    def call(self, process, command):
        node = self.target(process, command["target"])
        oneway, to = bool(command["flags"] & TF_ONE_WAY), node.owner
        meant = None
        if not oneway:
            if process.own and process.own[0][0] == "transaction":
                raise Refused("BR_FAILED_REPLY")  # TXN-09
            if process.stack is not None and process.stack.to is not process:
                raise Refused("BR_FAILED_REPLY")  # TXN-10
            above = process.stack
            while above is not None and meant is None:
                meant = to if above.caller is to else None  # TXN-11
                above = above.from_parent
        self.increment(node, True, False, None)
        try:
            transaction = self.copy(process, to, command, node)
        except Refused:
            self.settle(node)
            raise
        if oneway:
            process.queue(("complete",))  # TXN-26
        else:
            process.own.append(("complete",))  # TXN-25: it alone does not end a wait
            transaction.caller, transaction.from_parent, process.stack = process, process.stack, transaction
        if oneway and node.busy:
            node.oneways.append(transaction)  # TXN-28
        else:
            node.busy = node.busy or oneway
            self.dispatch(to, transaction, meant is not None)
        self.settle(node)

    def target(self, process, handle):
        if handle == 0:
            if self.manager is None:
                raise Refused("BR_DEAD_REPLY")  # CTX-06
            if self.manager.owner is process:
                raise Refused("BR_FAILED_REPLY")  # TXN-07
            return self.manager
        ref = process.refs.get(handle)
        if ref is None or ref.strong == 0:
            raise Refused("BR_FAILED_REPLY")  # TXN-04
        return ref.node

    def dispatch(self, to, transaction, nested):
        """THR-28, TXN-27."""
        if nested or to.waiting:
            to.waiting = False
            to.queue(("transaction", transaction))
            self.wake(to)
        else:
            to.todo.append(("transaction", transaction))

    def reply(self, process, command):
        answered = process.stack
        if answered is None or answered.to is not process:
            raise Refused("BR_FAILED_REPLY")  # TXN-34, TXN-35
        process.stack = answered.to_parent
        caller = answered.caller
        try:
            transaction = self.copy(process, caller, command, None)
        except Refused as refused:  # TXN-38
            process.return_error = "BR_TRANSACTION_COMPLETE"
            process.queue(("return_error",))
            caller.stack = answered.from_parent
            if caller.reply_error is None:
                caller.reply_error = refused.br
                caller.queue(("reply_error",))
                self.wake(caller)
            return
        process.queue(("complete",))  # TXN-37
        caller.stack = answered.from_parent
        caller.queue(("transaction", transaction))
        self.wake(caller)

    def copy(self, process, to, command, node):
        """A buffer in the target's space, and the message in it with its objects translated (TXN-21 to TXN-23)."""
        message = command["message"]
        buffer = Buffer([number(message["size"]), number(message["offsetsSize"])], False, node)
        buffer.oneway = node is not None and bool(command["flags"] & TF_ONE_WAY)
        try:
            if to.arena is None:
                raise Refused("BR_DEAD_REPLY")  # ALLOC-11
            to.arena.allocate(buffer)
        except Refused:
            if node is not None:
                self.decrement(node, True, False)
            raise
        data = bytearray.fromhex(message["data"])
        try:
            for at in message["offsets"]:
                self.translate(process, to, data, number(at), buffer)
        except Refused:
            self.release(to, buffer)  # REL-14
            raise
        return Transaction(process, command, buffer, data.hex())

    def translate(self, process, to, data, at, buffer):
        kind = int.from_bytes(data[at : at + 4], "little")
        if kind == BINDER:  # OBJ-12 to OBJ-17
            ptr, cookie = (int.from_bytes(data[at + i : at + i + 8], "little") for i in (8, 16))
            node = self.node_of(process, ptr, cookie)
            if node.cookie != cookie:
                self.settle(node)
                raise Refused("BR_FAILED_REPLY")
            ref = self.reference(to, node)
            self.more(ref, True, process)
            self.settle(node)
            self.put(data, at, HANDLE, ref.handle, 0)
            buffer.held.append((ref.handle, True))
        elif kind == HANDLE:  # OBJ-19 to OBJ-21
            ref = process.refs.get(int.from_bytes(data[at + 8 : at + 12], "little"))
            if ref is None or ref.strong == 0:
                raise Refused("BR_FAILED_REPLY")
            node = ref.node
            if node.owner is to:
                self.increment(node, True, False, None)
                self.put(data, at, BINDER, node.ptr, node.cookie)
                buffer.held.append((node, True))
            else:
                new = self.reference(to, node)
                self.more(new, True, None)
                self.put(data, at, HANDLE, new.handle, 0)
                buffer.held.append((new.handle, True))
            self.settle(node)
        else:
            raise Refused("BR_FAILED_REPLY")

    @staticmethod
    def put(data, at, kind, value, cookie):
        data[at : at + 4] = kind.to_bytes(4, "little")
        data[at + 8 : at + 24] = value.to_bytes(8, "little") + cookie.to_bytes(8, "little")

    # --- freeing ------------------------------------------------------------------------------------------------------

    def free(self, process, buffer):
        """REL-01: the next oneway, the node that was called, the objects, then the space."""
        node = buffer.node
        if buffer.oneway:
            if node.oneways:
                process.todo.append(("transaction", node.oneways.pop(0)))  # REL-05
                self.wake_process(process)
            else:
                node.busy = False
        self.release(process, buffer)

    def release(self, process, buffer):
        if buffer.node is not None:
            self.decrement(buffer.node, True, False)  # REL-07
        for what, strong in buffer.held:
            if isinstance(what, Node):
                self.decrement(what, strong, False)  # REL-09
                self.settle(what)
            else:
                ref = process.refs.get(what)
                if ref is not None and ref.strong > 0:
                    self.fewer(ref, strong)  # REL-08
        process.arena.give_back(buffer)

    # --- nodes and references -----------------------------------------------------------------------------------------

    def node_of(self, process, ptr, cookie):
        if ptr not in process.nodes:
            process.nodes[ptr] = Node(process, ptr, cookie)
        return process.nodes[ptr]

    def reference(self, process, node):
        for ref in process.refs.values():
            if ref.node is node:
                return ref
        handle = 0 if node is self.manager else 1
        while handle in process.refs:
            handle += 1  # REF-03: the lowest that is free; 0 is the manager's
        ref = process.refs[handle] = Ref(process, handle, node)
        node.refs.append(ref)
        return ref

    def increment(self, node, strong, internal, sender):
        """NODE-05 to NODE-09. `sender`: the thread that told the driver of the node; answers whether it could."""
        if strong:
            manager = node is self.manager and node.has_strong
            if internal and sender is None and node.internal_strong == 0 and not manager:
                return False
            if internal:
                node.internal_strong += 1
            else:
                node.local_strong += 1
            if not node.has_strong and sender is not None:
                self.unlist(node)
                self.enlist(node, sender.own)
        else:
            if not internal:
                node.local_weak += 1
            if not node.has_weak and node.list is None:
                if sender is None:
                    return False
                self.enlist(node, sender.own)
        return True

    def decrement(self, node, strong, internal):
        """NODE-10 to NODE-12."""
        if strong:
            if internal:
                node.internal_strong -= 1
            else:
                node.local_strong -= 1
            if node.internal_strong or node.local_strong:
                return
        elif not internal:
            node.local_weak -= 1
        if not strong and (node.local_weak or node.refs):
            return
        if node.has_strong or node.has_weak:
            if node.list is None:
                self.enlist(node, node.owner.todo)
                self.wake_process(node.owner)
        elif not (node.refs or node.local_strong or node.local_weak or node.internal_strong):
            self.forget(node)

    def settle(self, node):
        """NODE-15: whoever held a node for a moment lets go, and its counts are judged again."""
        if node.owner.nodes.get(node.ptr) is node:
            self.decrement(node, False, True)

    def forget(self, node):
        self.unlist(node)
        if node.owner.nodes.get(node.ptr) is node:
            del node.owner.nodes[node.ptr]

    @staticmethod
    def enlist(node, work):
        node.list = work
        work.append(("node", node))

    @staticmethod
    def unlist(node):
        if node.list is not None:
            node.list[:] = [item for item in node.list if item[-1] is not node]
            node.list = None

    def more(self, ref, strong, sender):
        """REF-04: one count more; the first one counts on the node."""
        if (ref.strong if strong else ref.weak) == 0 and not self.increment(ref.node, strong, True, sender):
            if ref.strong == 0 and ref.weak == 0:
                self.drop(ref)
            return
        if strong:
            ref.strong += 1
        else:
            ref.weak += 1

    def fewer(self, ref, strong):
        """REF-05, REF-06: the ref goes with its last count."""
        if (ref.strong if strong else ref.weak) == 0:
            return
        if strong:
            ref.strong -= 1
            if ref.strong == 0:
                self.decrement(ref.node, True, True)
        else:
            ref.weak -= 1
        if ref.strong == 0 and ref.weak == 0:
            self.drop(ref)

    def drop(self, ref):
        ref.process.refs.pop(ref.handle, None)
        ref.node.refs.remove(ref)
        self.decrement(ref.node, False, True)

    def count(self, process, handle, strong, more):
        """BC_INCREFS, BC_ACQUIRE, BC_RELEASE, BC_DECREFS: WR-14 to WR-20."""
        if handle == 0 and more and self.manager is not None:
            if self.manager.owner is process:
                return False
            self.more(self.reference(process, self.manager), strong, None)
            return True
        ref = process.refs.get(handle)
        if ref is None or (strong and ref.strong == 0):
            return True
        if more:
            self.more(ref, strong, None)
        else:
            self.fewer(ref, strong)
        return True

    def acknowledge(self, process, ptr, cookie, strong):
        """WR-21 to WR-24."""
        node = process.nodes.get(ptr)
        if node is None:
            return
        if node.cookie == cookie and (node.pending_strong if strong else node.pending_weak):
            if strong:
                node.pending_strong = False
            else:
                node.pending_weak = False
            self.decrement(node, strong, False)
        self.settle(node)

    # --- reading ------------------------------------------------------------------------------------------------------

    def wake(self, process):
        if process.parked is not None and process not in self.woken:
            self.woken.append(process)

    def wake_process(self, process):
        if process.waiting:
            process.waiting = False
            self.wake(process)

    def resume(self, process):
        read = process.parked
        if read is None:
            return
        done = self.read(process)
        if done is not None:
            self.completions.append({"op": read["op"], "done": done})

    def read(self, process):
        """Gathers returns (binder_thread_read); None where it has to wait."""
        read = process.parked
        returns = read["returns"]
        if not (process.must_run or process.need_return or (read["for_process"] and process.todo)):
            process.waiting = read["for_process"]  # READ-07
            return None
        while True:
            work = process.own or (process.todo if read["for_process"] else [])
            if not work:
                if read["filled"] == 4 and not process.need_return:
                    process.waiting = read["for_process"]  # READ-12
                    return None
                break
            left = read["size"] - read["filled"]
            if 0 <= left < ROOM:
                break  # READ-03
            item = work.pop(0)
            if not process.own:
                process.must_run = False
            if self.deliver(process, item, returns, read):
                break
        process.parked, process.waiting = None, False
        process.need_return = False
        looks = process.looper & (REGISTERED | ENTERED)
        if process.requested == 0 and process.started < process.max_threads and looks:  # THR-19 to THR-21
            process.requested += 1
            if returns and returns[0]["br"] == "BR_NOOP":
                returns[0] = {"br": "BR_SPAWN_LOOPER"}
        return {"status": "OK", "wrote": read["wrote"], "read": read["filled"], "returns": returns}

    def deliver(self, process, item, returns, read):
        """Answers whether the item ends the read (READ-13)."""
        kind = item[0]
        if kind == "transaction":
            returns.append(self.delivery(process, item[1]))
            read["filled"] += 68
            return True
        if kind == "complete":
            new = [{"br": "BR_TRANSACTION_COMPLETE"}]  # READ-15
        elif kind == "node":
            new = self.tell(item[1])
        else:
            new = [{"br": getattr(process, kind)}]  # READ-16
            setattr(process, kind, None)
        returns.extend(new)
        read["filled"] += sum(20 if "ptr" in told else 4 for told in new)
        return False

    def tell(self, node):
        """READ-17 to READ-20: what the owner must be told, from the counts as they are now."""
        node.list = None
        strong = node.internal_strong > 0 or node.local_strong > 0
        weak = strong or bool(node.refs) or node.local_weak > 0
        had_strong, had_weak = node.has_strong, node.has_weak
        names = []
        if weak and not had_weak:
            names.append("BR_INCREFS")
            node.has_weak = node.pending_weak = True
            node.local_weak += 1
        if strong and not had_strong:
            names.append("BR_ACQUIRE")
            node.has_strong = node.pending_strong = True
            node.local_strong += 1
        if not strong and had_strong:
            names.append("BR_RELEASE")
            node.has_strong = False
        if not weak and had_weak:
            names.append("BR_DECREFS")
            node.has_weak = False
        if not weak:
            self.forget(node)
        return [{"br": br, "ptr": node.ptr, "cookie": node.cookie} for br in names]

    def delivery(self, process, transaction):
        """READ-24 to READ-30."""
        buffer, node, arena = transaction.buffer, transaction.buffer.node, process.arena
        buffer.may_free = True
        if transaction.caller is not None:
            transaction.to, transaction.to_parent, process.stack = process, process.stack, transaction
        size, offsets_size = buffer.sizes
        return {
            "br": "BR_REPLY" if node is None else "BR_TRANSACTION",
            "ptr": 0 if node is None else node.ptr,
            "cookie": 0 if node is None else node.cookie,
            "code": transaction.code,
            "flags": transaction.flags,
            "sender": None if transaction.caller is None else transaction.caller.proc,
            "euid": 0,
            "dataSize": size,
            "offsetsSize": offsets_size,
            "buffer": buffer.offset,
            "offsetsAt": buffer.offset + align8(size),
            "data": transaction.data if arena.readable else "",
            "offsets": transaction.offsets if arena.readable else [],
            "pieces": [],
        }
