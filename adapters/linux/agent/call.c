/* One system call: place its segments, patch them, hand it to the thread. */
#include "slot.h"
#include <sys/syscall.h>

enum { FLAG_COMPLETE = 1, FLAG_NO_SETTLE = 2 };
enum { SEGMENT_GUARDED = 1, SEGMENT_RUNS = 2 };

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
		if (thread->heap > thread->heapMost)
			thread->heapMost = thread->heap;
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
	guardPage(p, t, chunk, end);
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
		struct cursor runs = { bytes, bytes + given, 0 };
		u32 most = flags & SEGMENT_RUNS ? (u32)take(&runs, 4) : given;
		if (c->bad || runs.bad || most > length)
			malformed("a segment is cut short");
		u8 *at = place(p, t, length, flags & SEGMENT_GUARDED);
		if (flags & SEGMENT_RUNS)
			takeRuns(&runs, at, most);
		else
			memcpy(at, bytes, given);
		if (runs.bad)
			malformed("a segment's runs are impossible");
		memset(at + most, 0, length - most);
		call->segment[i] = (struct segment){ at, length };
		call->segments++;
	}
}

u8 *within(struct call *call, u32 segment, u64 offset, u64 length)
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

static int isForbidden(int number)
{
	switch (number) {
#ifdef SYS_fork
	case SYS_fork: case SYS_vfork: case SYS_arch_prctl:
#endif
	case SYS_clone: case SYS_clone3: case SYS_execve: case SYS_execveat: case SYS_exit: case SYS_brk:
	case SYS_mremap: case SYS_rt_sigaction: case SYS_rt_sigprocmask: case SYS_rt_sigreturn: case SYS_futex:
		return 1;
	}
	return 0;
}

/* A thread takes over the effective user of its process when it is next used: while it is parked it cannot. */
static void followUser(int p, struct thread *thread, struct thread_box *box)
{
	u32 round = 0;
	if (thread->euid == self.process[p].euid)
		return;
	box->number = SYS_setresuid;
	memset(box->argument, 0, sizeof box->argument);
	box->argument[0] = box->argument[2] = -1;
	box->argument[1] = self.process[p].euid;
	atomic_store(&box->done, 0);
	atomic_store(&box->command, RUN);
	futexWake(&box->command);
	while (!atomic_load(&box->done))
		pause_(&round);
	thread->euid = self.process[p].euid;
}

void doCall(struct cursor *c, u8 flags)
{
	int p = self.p, t = self.t;
	struct thread *thread = needThread(p, t);
	struct thread_box *box = &self.box->process[p].thread[t];
	struct call *call = &thread->call;
	if (thread->busy)
		malformed("a call on a thread that is parked");
	followUser(p, thread, box);
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
	if (isForbidden(call->number))
		malformed("a call that would break the agent: it makes, replaces or blocks processes behind its back");
	box->number = call->number;
	thread->runs[0] = 0;
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
