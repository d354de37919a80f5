/* One system call: place its segments, patch them, hand it to the thread, report its outcome when it has one. */
#include "slot.h"
#include <sys/syscall.h>
#include <sys/uio.h>

enum { FLAG_COMPLETE = 1, FLAG_NO_SETTLE = 2 };
enum { SEGMENT_GUARDED = 1 };

static _Noreturn void malformed(const char *message)
{
	fail(F_MALFORMED, self.p, self.t, 0, message);
}

/* A number given as an immediate, or as a register or the address of a segment, plus an addend. */
u64 argument(struct cursor *c, struct call *call)
{
	int kind = (int)take(c, 1);
	int p = (int)take(c, 1);
	u32 index = (u32)take(c, 2);
	u64 add = take(c, 8);
	if (kind == 0)
		return add;
	if (kind == 1 && p < PROCS && index < REGS)
		return self.reg[p][index] + add;
	if (kind == 2 && call && index < call->segments)
		return (u64)(uintptr_t)call->segment[index].at + add;
	malformed("an argument names nothing");
}

static u8 *place(int p, int t, u32 length, int guarded)
{
	struct thread *thread = &self.process[p].thread[t];
	u8 *area = self.box->area[p][t];
	if (!guarded) {
		u64 next = (thread->heap + 15ul) & ~15ul;
		if (next + length > HEAP_BYTES)
			fail(F_LIMIT, p, t, length, "the segments of a call exceed the memory of a thread");
		thread->heap = (u32)(next + length);
		return area + next;
	}
	u32 chunk;
	u8 *end;
	if (length <= SMALL_CHUNK - PAGE && thread->smallUsed < SMALL_CHUNKS) {
		chunk = thread->smallUsed++;
		end = area + HEAP_BYTES + SMALL_CHUNK * (chunk + 1) - PAGE;
	} else if (length <= BIG_CHUNK - PAGE && thread->bigUsed < BIG_CHUNKS) {
		chunk = SMALL_CHUNKS + thread->bigUsed++;
		end = area + HEAP_BYTES + SMALL_CHUNK * SMALL_CHUNKS + BIG_CHUNK * (chunk - SMALL_CHUNKS + 1) - PAGE;
	} else {
		fail(F_LIMIT, p, t, length, "no room for a guarded segment");
	}
	if (!(thread->guarded & 1u << chunk)) {
		guardPage(p, end);
		thread->guarded |= 1u << chunk;
	}
	return end - length;
}

static void takeSegments(struct cursor *c, int p, int t, struct call *call, u32 count)
{
	struct thread *thread = &self.process[p].thread[t];
	thread->heap = thread->smallUsed = thread->bigUsed = 0;
	call->segments = 0;
	for (u32 i = 0; i < count; i++) {
		u32 length = (u32)take(c, 4);
		u32 given = (u32)take(c, 4);
		u32 flags = (u32)take(c, 4);
		const u8 *bytes = takeBytes(c, given);
		if (c->bad || given > length)
			malformed("a segment is cut short");
		u8 *at = place(p, t, length, flags & SEGMENT_GUARDED);
		memcpy(at, bytes, given);
		memset(at + given, 0, length - given);
		call->segment[i] = (struct segment){ at, length };
		call->segments++;
	}
}

static u8 *within(struct call *call, u32 segment, u64 offset, u64 length)
{
	if (segment >= call->segments || offset + length > call->segment[segment].length)
		malformed("a place outside of its segment");
	return call->segment[segment].at + offset;
}

static void takeRelocations(struct cursor *c, struct call *call, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		u32 segment = (u32)take(c, 2);
		u32 width = (u32)take(c, 2);
		u32 offset = (u32)take(c, 4);
		u64 value = argument(c, call);
		if (c->bad || width > 8)
			malformed("a relocation is cut short");
		memcpy(within(call, segment, offset, width), &value, width);
	}
}

static void takeReports(struct cursor *c, struct call *call, u32 outs, u32 captures)
{
	call->outs = (u16)outs;
	call->captures = (u16)captures;
	for (u32 i = 0; i < outs; i++) {
		struct out *o = &call->out[i];
		o->segment = (u16)take(c, 2);
		o->limitSegment = (u16)take(c, 2);
		o->offset = (u32)take(c, 4);
		o->length = (u32)take(c, 4);
		o->limitOffset = (u32)take(c, 4);
		if (!c->bad)
			within(call, o->segment, o->offset, o->length);
	}
	for (u32 i = 0; i < captures; i++) {
		struct capture *k = &call->capture[i];
		k->segment = (u16)take(c, 2);
		k->limitSegment = (u16)take(c, 2);
		k->limitOffset = (u32)take(c, 4);
		k->code = (u32)take(c, 4);
		k->nth = (u16)take(c, 2);
		k->payload = (u16)take(c, 2);
		k->width = (u8)take(c, 1);
		k->flags = (u8)take(c, 1);
		k->reg = (u16)take(c, 2);
		k->offset = (u32)take(c, 4);
		if (k->segment >= call->segments || k->width > 8 || k->reg >= REGS)
			malformed("a capture names nothing");
	}
}

static u32 limited(struct call *call, u32 length, u32 segment, u32 offset)
{
	u64 limit = length;
	if (segment != 0xffff)
		memcpy(&limit, within(call, segment, offset, 8), 8);
	return limit < length ? (u32)limit : length;
}

/* Finds the nth record with this code in a stream of 32-bit codes, each followed by as many bytes as bits 16..29 of it say. */
static int findRecord(const u8 *at, u32 length, u32 code, u32 nth, u32 *payload)
{
	for (u32 i = 0; i + 4 <= length;) {
		u32 here;
		memcpy(&here, at + i, 4);
		u32 size = here >> 16 & 0x3fff;
		if (here == code && nth-- == 0) {
			*payload = i + 4;
			return i + 4 + size <= length;
		}
		i += 4 + size;
	}
	return 0;
}

static void perform(int p, struct call *call, struct capture *k)
{
	struct segment *segment = &call->segment[k->segment];
	u32 length = limited(call, segment->length, k->limitSegment, k->limitOffset);
	u64 value = 0;
	u32 at = k->offset;
	if (k->code) {
		if (!findRecord(segment->at, length, k->code, k->nth, &at))
			return;
		at += k->payload;
	}
	u32 width = k->flags & 1 ? 8 : k->width;
	if (at + width > length)
		return;
	memcpy(&value, segment->at + at, width);
	if (k->flags & 1) {
		struct iovec local = { &value, k->width };
		struct iovec remote = { (void *)(uintptr_t)(value + k->offset), k->width };
		value = 0;
		if (process_vm_readv(self.process[p].pid, &local, 1, &remote, 1, 0) != k->width)
			return;
	}
	self.reg[p][k->reg] = value;
}

/* Keeps the list of a worker's mappings exact, and notices calls after which a worker cannot be cleaned. */
static void track(int p, struct thread_box *box)
{
	struct process_box *process = &self.box->process[p];
	i64 number = box->number, result = box->result, *a = box->argument;
	switch (number) {
	case SYS_mmap:
		if (result < 0 && result > -4096)
			break;
		if (process->mapCount == MAPS) {
			self.process[p].dirty = 1;
			break;
		}
		process->map[process->mapCount].start = (u64)result;
		process->map[process->mapCount++].length = ((u64)a[1] + PAGE - 1) & ~(PAGE - 1);
		break;
	case SYS_munmap:
		if (result < 0)
			break;
		for (u32 i = 0; i < process->mapCount; i++) {
			u64 start = process->map[i].start, end = start + process->map[i].length;
			u64 from = (u64)a[0], to = (from + (u64)a[1] + PAGE - 1) & ~(PAGE - 1);
			if (from <= start && to >= end)
				process->map[i--] = process->map[--process->mapCount];
			else if (from < end && to > start)
				self.process[p].dirty = 1;
		}
		break;
	case SYS_close:
		if (a[0] < 3)
			self.process[p].dirty = 1;
		break;
	case SYS_dup2: case SYS_dup3:
		if (a[1] < 3)
			self.process[p].dirty = 1;
		break;
	case SYS_read: case SYS_write: case SYS_open: case SYS_openat: case SYS_ioctl: case SYS_poll: case SYS_ppoll:
	case SYS_dup: case SYS_pipe: case SYS_pipe2: case SYS_socketpair: case SYS_sendmsg: case SYS_recvmsg:
	case SYS_epoll_create: case SYS_epoll_create1: case SYS_epoll_ctl: case SYS_epoll_wait: case SYS_epoll_pwait: case SYS_eventfd2:
	case SYS_getpid: case SYS_gettid: case SYS_getuid: case SYS_geteuid: case SYS_lseek: case SYS_fstat: case SYS_getpriority: case SYS_setpriority:
	case SYS_pidfd_open: case SYS_pidfd_getfd: case SYS_memfd_create: case SYS_ftruncate: case SYS_sched_yield: case SYS_nanosleep:
	case SYS_pread64: case SYS_pwrite64: case SYS_fsync: case SYS_fdatasync:
		break;
	default:
		self.process[p].dirty = 1;
	}
}

/* Reports a call that has completed; kind 1 is the result of its own instruction, 2 a completion that another one caused. */
void putCompletion(int p, int t, int kind)
{
	struct thread *thread = &self.process[p].thread[t];
	struct thread_box *box = &self.box->process[p].thread[t];
	struct call *call = &thread->call;
	struct reply *r = &self.reply;
	thread->busy = 0;
	track(p, box);
	if (call->save != 0xffff)
		self.reg[p][call->save] = (u64)box->result;
	for (u32 i = 0; i < call->captures; i++)
		perform(p, call, &call->capture[i]);
	put(r, (u64)kind, 1);
	put(r, 0, 1);
	put(r, call->outs, 2);
	put(r, call->tag, 4);
	put(r, (u64)box->result, 8);
	for (u32 i = 0; i < call->outs; i++) {
		struct out *o = &call->out[i];
		u32 length = limited(call, o->length, o->limitSegment, o->limitOffset);
		put(r, length, 4);
		putBytes(r, call->segment[o->segment].at + o->offset, length);
	}
}

static void putPending(struct call *call, int state)
{
	struct reply *r = &self.reply;
	put(r, 1, 1);
	put(r, (u64)state, 1);
	put(r, 0, 2);
	put(r, call->tag, 4);
	put(r, 0, 8);
}

void doCall(struct cursor *c, u8 flags)
{
	int p = self.p, t = self.t;
	struct thread *thread = needThread(p, t);
	struct thread_box *box = &self.box->process[p].thread[t];
	struct call *call = &thread->call;
	if (thread->busy)
		malformed("a call on a thread that is parked");
	call->tag = self.tag;
	call->number = (u16)take(c, 2);
	call->save = (u16)take(c, 2);
	u32 arguments = (u32)take(c, 2), segments = (u32)take(c, 2), relocations = (u32)take(c, 2);
	u32 outs = (u32)take(c, 2), captures = (u32)take(c, 2);
	if (c->bad || arguments > 6 || segments > SEGMENTS || outs > OUTS || captures > CAPTURES || (call->save != 0xffff && call->save >= REGS))
		malformed("a call exceeds a limit of the agent");
	takeSegments(c, p, t, call, segments);
	memset(box->argument, 0, sizeof box->argument);
	for (u32 i = 0; i < arguments; i++)
		box->argument[i] = (i64)argument(c, call);
	takeRelocations(c, call, relocations);
	takeReports(c, call, outs, captures);
	if (c->bad)
		malformed("a call is cut short");
	box->number = call->number;
	atomic_store(&box->done, 0);
	thread->busy = 1;
	atomic_store(&box->command, RUN);
	futexWake(&box->command);
	if (flags & FLAG_NO_SETTLE) {
		putPending(call, 2);
		return;
	}
	settleIssuer(p, t, flags & FLAG_COMPLETE);
	if (atomic_load(&box->done))
		putCompletion(p, t, 1);
	else
		putPending(call, 1);
	settleAll();
}
