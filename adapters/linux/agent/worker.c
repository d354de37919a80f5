/* A worker process: its leader obeys the orchestrator, its threads each perform one system call at a time. */
#include "agent.h"
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct slot_box *slot;
static int self;

void futexWait(_Atomic u32 *word, u32 value)
{
	raw(SYS_futex, word, FUTEX_WAIT, value, 0);
}

void futexWake(_Atomic u32 *word)
{
	raw(SYS_futex, word, FUTEX_WAKE, 1, 0);
}

/* Runs on its own stack with the leader's thread-local storage, so it must not call anything that uses errno. */
static int threadMain(void *argument)
{
	struct thread_box *box = argument;
	for (;;) {
		u32 command = atomic_load(&box->command);
		if (command == IDLE) {
			futexWait(&box->command, IDLE);
			continue;
		}
		if (command == LEAVE)
			return 0;
		atomic_store(&box->command, IDLE);
		i64 *a = box->argument;
		box->result = raw6(box->number, a[0], a[1], a[2], a[3], a[4], a[5]);
		atomic_store(&box->done, 1);
	}
}

static i64 startThread(int t)
{
	struct thread_box *box = &slot->process[self].thread[t];
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	atomic_store(&box->command, IDLE);
	atomic_store(&box->done, 0);
	u8 *top = slot->stack[self][t] + STACK_BYTES;
	int tid = clone(threadMain, top, flags, box, &box->tid, NULL, &box->tid);
	return tid < 0 ? -errno : tid;
}

static void enter(int p)
{
	self = p;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* The copy shares every open file with its original, as after fork(2), but has only its leader. */
static i64 forkInto(int q)
{
	long pid = raw(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0);
	if (pid == 0)
		enter(q);
	return pid;
}

/* Brings the process back to what it was when it started: no mapping of a program, no descriptor above the standard three. */
static i64 clean(struct process_box *box)
{
	i64 worst = 0;
	for (u32 i = 0; i < box->mapCount; i++)
		if (raw(SYS_munmap, box->map[i].start, box->map[i].length, 0, 0) < 0)
			worst = -1;
	box->mapCount = 0;
	if (raw(SYS_close_range, 3, ~0u, 0, 0) < 0)
		worst = -2;
	return worst;
}

_Noreturn void workerMain(struct slot_box *box, int p)
{
	slot = box;
	close_range(3, ~0u, 0);
	enter(p);
	for (;;) {
		struct process_box *mine = &slot->process[self];
		u32 command = atomic_load(&mine->command);
		int before = self;
		switch (command) {
		case M_IDLE: futexWait(&mine->command, M_IDLE); continue;
		case M_THREAD: mine->result = startThread((int)mine->subject); break;
		case M_GUARD: mine->result = raw(SYS_mprotect, mine->address, PAGE, PROT_NONE, 0); break;
		case M_FORK: mine->result = forkInto((int)mine->subject); break;
		case M_CLEAN: mine->result = clean(mine); break;
		}
		if (self == before)
			atomic_store(&mine->command, M_IDLE);
	}
}
