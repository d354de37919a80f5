/* A worker process: its leader obeys the orchestrator, its threads each perform one system call at a time. */
#include "agent.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void futexWait(_Atomic u32 *word, u32 value)
{
	raw(SYS_futex, word, FUTEX_WAIT, value, 0);
}

void futexWake(_Atomic u32 *word)
{
	raw(SYS_futex, word, FUTEX_WAKE, 1, 0);
}

/* Runs on its own stack with the thread-local storage of another, so it must not call anything that uses errno. */
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

static i64 startThread(struct slot_box *slot, int p, int t)
{
	struct thread_box *box = &slot->process[p].thread[t];
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	atomic_store(&box->command, IDLE);
	atomic_store(&box->done, 0);
	int tid = clone(threadMain, slot->stack[p][t] + STACK_BYTES, flags, box, &box->tid, NULL, &box->tid);
	return tid < 0 ? -EAGAIN : tid;
}

/* Keeps every free number below HIGH occupied. */
static i64 occupy(struct process_box *mine)
{
	for (;;) {
		long fd = raw(SYS_dup, 0, 0, 0, 0);
		if (fd < 0)
			return fd;
		if (fd >= HIGH)
			return raw(SYS_close, fd, 0, 0, 0);
		mine->occupied |= 1ull << fd;
	}
}

static i64 freeLow(struct process_box *mine)
{
	for (int fd = LOW; fd < HIGH; fd++)
		if (mine->occupied & 1ull << fd)
			raw(SYS_close, fd, 0, 0, 0);
	mine->occupied = 0;
	return 0;
}

/* Leaves a worker with the descriptors of a fresh one. */
static i64 closeAll(struct process_box *mine)
{
	if (~mine->occupied >> LOW << LOW == 0) {
		raw(SYS_close_range, HIGH, FIRST_FILE - 1, 0, 0);
		return raw(SYS_close_range, FIRST_FILE + FILES, ~0u, 0, 0);
	}
	raw(SYS_close_range, LOW, ~0u, 0, 0);
	mine->occupied = 0;
	long file = raw(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
	for (int i = 0; i < FILES; i++)
		raw(SYS_dup3, file, FIRST_FILE + i, 0, 0);
	raw(SYS_close, file, 0, 0, 0);
	/* The numbers below are taken, but by nothing that could be sent. */
	long nothing = raw(SYS_openat, AT_FDCWD, "/", O_PATH, 0);
	for (int i = 0; i < LOW; i++)
		raw(SYS_dup3, nothing, i, 0, 0);
	raw(SYS_close, nothing, 0, 0, 0);
	return occupy(mine);
}

/* Changes the leader's effective user; threads that it makes later inherit it. The kernel forgets the death signal on the way. */
static i64 changeUser(u32 euid)
{
	i64 result = raw(SYS_setresuid, -1, euid, -1, 0);
	raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
	return result;
}

/* Occupies every free number below the one that is wanted, so that this is the next to be given. */
static i64 leadTo(u32 wanted, u64 *taken)
{
	for (;;) {
		long fd = raw(SYS_dup, 0, 0, 0, 0);
		if (fd < 0)
			return fd;
		if ((u32)fd >= wanted) {
			raw(SYS_close, fd, 0, 0, 0);
			return (u32)fd == wanted ? 0 : -EBUSY;
		}
		taken[fd / 64] |= 1ull << fd % 64;
	}
}

/* A descriptor of the file of another process, straight at its number: a copy that is closed would be seen by the driver. */
static i64 takeAt(u32 pid, u32 number, u32 wanted)
{
	u64 taken[2] = { 0 };
	if (wanted >= sizeof taken * 8)
		return -EINVAL;
	long low = raw(SYS_pidfd_open, pid, 0, 0, 0);
	long owner = low < 0 ? low : raw(SYS_fcntl, low, F_DUPFD_CLOEXEC, sizeof taken * 8, 0);
	if (low >= 0)
		raw(SYS_close, low, 0, 0, 0);
	i64 result = owner < 0 ? owner : leadTo(wanted, taken);
	if (result == 0)
		result = raw(SYS_pidfd_getfd, owner, number, 0, 0);
	for (u32 fd = 0; fd < wanted; fd++)
		if (taken[fd / 64] >> fd % 64 & 1)
			raw(SYS_close, fd, 0, 0, 0);
	if (owner >= 0)
		raw(SYS_close, owner, 0, 0, 0);
	return result;
}

/* The process must have a number left; what is needed besides is not counted. */
static i64 takeFile(u32 pid, u32 number, u32 wanted)
{
	struct rlimit64 limit, none;
	long fd = raw(SYS_dup, 0, 0, 0, 0);
	if (fd < 0)
		return fd;
	raw(SYS_close, fd, 0, 0, 0);
	raw(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
	none = limit;
	none.rlim_cur = none.rlim_max;
	raw(SYS_prlimit64, 0, RLIMIT_NOFILE, &none, 0);
	i64 result = takeAt(pid, number, wanted);
	raw(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, 0);
	return result;
}

/* Becomes another process of the slot. The stack is another one, because leaders' stacks are in memory that copies share. */
static i64 startCopy(struct slot_box *slot, int q)
{
	struct birth *kept = (struct birth *)slot->leaderStack[q];
	*kept = (struct birth){ slot, q, 1 };
	int pid = clone(workerMain, slot->leaderStack[q] + STACK_BYTES, CLONE_PARENT | SIGCHLD, kept);
	return pid < 0 ? -EAGAIN : pid;
}

/* The leader of a worker process: makes threads, guards pages, copies itself, closes what a program left open. */
int workerMain(void *argument)
{
	struct birth *birth = argument;
	struct slot_box *slot = birth->box;
	int p = birth->p;
	struct sched_param zero = { 0 };
	raw(SYS_sched_setscheduler, 0, SCHED_OTHER, &zero, 0);
	raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
	/* Another effective user changes nothing but what the driver is told: capabilities stay. */
	raw(SYS_prctl, PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0);
	if (!birth->forked)
		closeAll(&slot->process[p]);
	for (;;) {
		struct process_box *mine = &slot->process[p];
		switch (atomic_load(&mine->command)) {
		case M_IDLE:
			futexWait(&mine->command, M_IDLE);
			continue;
		case M_THREAD:
			mine->result = startThread(slot, p, (int)mine->subject);
			break;
		case M_GUARD:
			mine->result = raw(SYS_mprotect, mine->address, PAGE, PROT_NONE, 0);
			break;
		case M_CLOSE:
			mine->result = closeAll(mine);
			break;
		case M_OCCUPY:
			mine->result = occupy(mine);
			break;
		case M_FREE:
			mine->result = freeLow(mine);
			break;
		case M_EUID:
			mine->result = changeUser(mine->subject);
			break;
		case M_FORK:
			mine->result = startCopy(slot, (int)mine->subject);
			break;
		case M_TAKE:
			mine->result = takeFile(mine->owner, mine->number, mine->subject);
			break;
		}
		atomic_store(&mine->command, M_IDLE);
	}
}
