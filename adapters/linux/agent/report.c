/* What became of a system call: the bytes it is to return, the registers it is to load, what it left behind in its process. */
#include "slot.h"
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

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

/* Keeps the list of a worker's mappings exact, and notices calls after which a worker cannot be reused. */
static void track(int p, struct thread_box *box)
{
	i64 result = box->result, *a = box->argument;
	switch (box->number) {
	case SYS_mmap:
		if (result < 0 && result > -4096)
			break;
		if (a[3] & MAP_FIXED)
			removeMap(p, (u64)result, (u64)a[1]);
		addMap(p, (u64)result, (u64)a[1]);
		break;
	case SYS_munmap:
		if (result == 0)
			removeMap(p, (u64)a[0], (u64)a[1]);
		break;
	case SYS_close:
		if (a[0] < 3)
			self.process[p].dirty = 1;
		break;
#ifdef SYS_dup2
	case SYS_dup2:
#endif
	case SYS_dup3:
		if (a[1] < 3)
			self.process[p].dirty = 1;
		break;
#ifdef SYS_open /* the older system calls, which younger architectures do without */
	case SYS_open: case SYS_poll: case SYS_pipe: case SYS_epoll_create: case SYS_epoll_wait:
#endif
	case SYS_read: case SYS_write: case SYS_openat: case SYS_ioctl: case SYS_ppoll:
	case SYS_dup: case SYS_pipe2: case SYS_socketpair: case SYS_sendmsg: case SYS_recvmsg:
	case SYS_epoll_create1: case SYS_epoll_ctl: case SYS_epoll_pwait: case SYS_eventfd2:
	case SYS_getpid: case SYS_gettid: case SYS_getuid: case SYS_geteuid: case SYS_lseek: case SYS_fstat: case SYS_getpriority: case SYS_setpriority:
	case SYS_pidfd_open: case SYS_pidfd_getfd: case SYS_memfd_create: case SYS_ftruncate: case SYS_sched_yield: case SYS_nanosleep:
	case SYS_pread64: case SYS_pwrite64: case SYS_fsync: case SYS_fdatasync: case SYS_fcntl:
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
	if (call->save != 0xffff && !(box->result < 0 && box->result > -4096))
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

void putPending(struct call *call, int state)
{
	struct reply *r = &self.reply;
	put(r, 1, 1);
	put(r, (u64)state, 1);
	put(r, 0, 2);
	put(r, call->tag, 4);
	put(r, 0, 8);
}
