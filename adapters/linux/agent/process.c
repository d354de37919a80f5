/* Worker processes and their threads, as the orchestrator sees them: made lazily, reused after cleaning, killed when in doubt. */
#include "slot.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void closeFiles(struct thread *thread)
{
	if (!thread->watched)
		return;
	close(thread->syscallFile);
	close(thread->statFile);
	close(thread->runsFile);
}

/* What remains to be done when a process is gone. */
static void forget(int p)
{
	struct process *process = &self.process[p];
	for (int t = 0; t < THREADS; t++)
		if (process->thread[t].exists)
			closeFiles(&process->thread[t]);
	memset(process->thread, 0, sizeof process->thread);
	if (!process->separate)
		unmapAll(p);
	process->maps = 0;
	process->alive = process->used = process->dirty = 0;
}

/* A worker that is gone although nobody killed it ends the request. */
void checkDeaths(void)
{
	int status;
	pid_t pid;
	while (childEnded) {
		childEnded = 0;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			for (int p = 0; p < PROCS; p++) {
				if (!self.process[p].alive || self.process[p].pid != pid)
					continue;
				forget(p);
				childEnded = 1;
				fail(F_DIED, p, 0, WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status), "a worker process died");
			}
		}
	}
}

/* One round of waiting: yield at first, sleep when that does not help, give up when the budget is spent. */
void pause_(u32 *round)
{
	u32 n = (*round)++;
	if (n < 32) {
		sched_yield();
		return;
	}
	checkDeaths();
	if (now() > self.deadline)
		fail(F_TIMEOUT, self.p, self.t, 0, "the request's time budget is spent");
	struct timespec nap = { .tv_nsec = n < 64 ? 50000 : 500000 };
	lockGive(self.processor);
	nanosleep(&nap, NULL);
	u64 awake = now();
	atomic_store(&self.box->running, 0);
	lockTake(self.processor);
	atomic_store(&self.box->running, 1);
	self.deadline += now() - awake; /* waiting for a turn does not count */
}

i64 tellLeader(int p, u32 command)
{
	struct process_box *box = &self.box->process[p];
	u32 round = 0;
	atomic_store(&box->command, command);
	futexWake(&box->command);
	while (atomic_load(&box->command) != M_IDLE)
		pause_(&round);
	return box->result;
}

static void adopt(int p, pid_t pid)
{
	struct process *process = &self.process[p];
	memset(process->thread, 0, sizeof process->thread);
	process->alive = process->used = 1;
	process->dirty = 0;
	process->euid = process->limit = 0;
	process->pid = process->lastPid = pid;
}

/* A worker normally shares the address space of its orchestrator: under emulation, changing address spaces costs four times
 * as much as the rest of a hand-over. It is a process in every other respect. */
struct process *needProcess(int p)
{
	struct process *process = &self.process[p];
	struct birth birth = { self.box, p, 0 };
	if (process->alive && !process->used && process->separate != self.separate)
		killProcess(p);
	if (process->alive) {
		process->used = 1;
		return process;
	}
	memset(&self.box->process[p], 0, sizeof self.box->process[p]);
	pid_t pid;
	if (self.separate) {
		pid = fork();
		if (pid == 0)
			_exit(workerMain(&birth));
	} else {
		struct birth *kept = (struct birth *)self.box->leaderStack[p];
		*kept = birth;
		pid = clone(workerMain, self.box->leaderStack[p] + STACK_BYTES, CLONE_VM | SIGCHLD, kept);
	}
	if (pid < 0)
		fail(F_LIMIT, p, 0, -errno, "cannot make a process");
	adopt(p, pid);
	process->separate = self.separate;
	return process;
}

static int openTaskFile(pid_t pid, pid_t tid, const char *name)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task/%d/%s", pid, tid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(F_AGENT, self.p, self.t, -errno, "cannot open a file of a thread in /proc");
	return fd;
}

/* Opens what tells whether a thread rests. Most threads never do. */
void watch(int p, struct thread *thread)
{
	if (thread->watched)
		return;
	thread->syscallFile = openTaskFile(self.process[p].pid, thread->tid, "syscall");
	thread->statFile = openTaskFile(self.process[p].pid, thread->tid, "stat");
	thread->runsFile = openTaskFile(self.process[p].pid, thread->tid, "schedstat");
	thread->watched = 1;
}

/* Threads are made in the order of their index, so that kernel thread ids ascend with it in a fresh process;
 * only the last one may come before the others, for calls to which that order means nothing. */
struct thread *needThread(int p, int t)
{
	struct process *process = needProcess(p);
	for (int i = t == THREADS - 1 ? t : 0; i <= t; i++) {
		struct thread *thread = &process->thread[i];
		if (thread->exists)
			continue;
		self.box->process[p].subject = (u32)i;
		i64 tid = tellLeader(p, M_THREAD);
		if (tid < 0)
			fail(F_LIMIT, p, i, tid, "cannot make a thread");
		memset(thread, 0, sizeof *thread);
		thread->tid = (pid_t)tid;
		thread->euid = process->euid;
		thread->exists = 1;
	}
	process->thread[t].used = 1;
	return &process->thread[t];
}

/* Lets a process have descriptors with numbers below the limit only; 0 lifts it. */
i64 setLimit(int p, u32 limit)
{
	struct rlimit64 now;
	if (syscall(SYS_prlimit64, self.process[p].pid, RLIMIT_NOFILE, NULL, &now) < 0)
		return -errno;
	now.rlim_cur = limit ? limit : now.rlim_max;
	return syscall(SYS_prlimit64, self.process[p].pid, RLIMIT_NOFILE, &now, NULL) < 0 ? -errno : 0;
}

void killProcess(int p)
{
	struct process *process = &self.process[p];
	if (!process->alive)
		return;
	kill(process->pid, SIGKILL);
	while (waitpid(process->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	forget(p);
}

/* A process q like p, with a copy of its memory, its descriptors, its user and its limit; its first thread has the nice value of
 * the thread that forks. */
void forkProcess(int p, int t, int q)
{
	struct process *parent = needProcess(p), *child = &self.process[q];
	if (child->alive && child->used)
		fail(F_MALFORMED, p, t, q, "the target of FORK is in use");
	killProcess(q);
	memset(&self.box->process[q], 0, sizeof self.box->process[q]);
	self.box->process[q].occupied = self.box->process[p].occupied;
	self.box->process[p].subject = (u32)q;
	i64 pid = tellLeader(p, M_FORK);
	if (pid < 0)
		fail(F_LIMIT, p, t, pid, "fork failed");
	adopt(q, (pid_t)pid);
	child->dirty = child->separate = 1;
	child->euid = parent->euid;
	child->limit = parent->limit;
	memcpy(self.reg[q], self.reg[p], sizeof self.reg[q]);
	int nice = parent->thread[t].exists ? getpriority(PRIO_PROCESS, (id_t)parent->thread[t].tid) : 0;
	if (nice != 0)
		setpriority(PRIO_PROCESS, (id_t)needThread(q, 0)->tid, nice);
}

/* Gives process p a descriptor, with the number that is wanted, of the file behind a descriptor of process q. A process that may
 * get no more of them gets none: -EMFILE. */
i64 shareFile(int p, int q, u32 number, u32 wanted)
{
	struct process_box *box = &self.box->process[p];
	needProcess(p);
	box->owner = (u32)needProcess(q)->pid;
	box->number = number;
	box->subject = wanted;
	return tellLeader(p, M_TAKE);
}

void leaveThread(int p, int t)
{
	struct thread *thread = needThread(p, t);
	struct thread_box *box = &self.box->process[p].thread[t];
	char byte;
	u32 round = 0;
	if (thread->busy)
		fail(F_MALFORMED, p, t, 0, "EXIT_THREAD of a parked thread");
	watch(p, thread);
	atomic_store(&box->command, LEAVE);
	futexWake(&box->command);
	while (atomic_load(&box->tid) != 0 || pread(thread->statFile, &byte, 1, 0) > 0)
		pause_(&round);
	closeFiles(thread);
	memset(thread, 0, sizeof *thread);
	self.process[p].dirty = 1; /* a new thread in its place would break the order of thread ids */
}

void guardPage(int p, int t, u32 chunk, u8 *page)
{
	struct process *process = &self.process[p];
	u32 *mask = process->separate ? &process->thread[t].guarded : &self.guarded[p][t];
	if (*mask & 1u << chunk)
		return;
	self.box->process[p].address = (u64)(uintptr_t)page;
	if (process->separate ? tellLeader(p, M_GUARD) < 0 : mprotect(page, PAGE, PROT_NONE) < 0)
		fail(F_AGENT, p, t, 0, "cannot guard a page");
	*mask |= 1u << chunk;
}

/* Interrupts what is parked; a thread that does not come back at once costs its process. */
static int interruptThreads(int p)
{
	struct process *process = &self.process[p];
	for (int t = 0; t < THREADS; t++) {
		struct thread *thread = &process->thread[t];
		struct thread_box *box = &self.box->process[p].thread[t];
		if (!thread->exists)
			continue;
		if (thread->busy) {
			syscall(SYS_tgkill, process->pid, thread->tid, SIGUSR1);
			for (u32 round = 0; !atomic_load(&box->done);) {
				if (round > 40)
					return -1;
				pause_(&round);
			}
			atomic_store(&box->done, 0);
			thread->busy = 0;
		}
		if (thread->used)
			setpriority(PRIO_PROCESS, (id_t)thread->tid, 0);
		if (thread->heapMost > HEAP_KEPT)
			madvise(self.box->area[p][t], HEAP_BYTES, MADV_REMOVE);
		thread->heapMost = 0;
		thread->used = 0;
	}
	return 0;
}

/* Leaves every worker as it was before the sequence; answers how many had to be killed for it. */
int resetProcesses(void)
{
	int killed = 0;
	checkDeaths();
	for (int p = 0; p < PROCS; p++) {
		struct process *process = &self.process[p];
		if (!process->alive || !process->used)
			continue;
		if (process->dirty || process->separate || interruptThreads(p) < 0) {
			killProcess(p);
			killed++;
		} else {
			unmapAll(p);
			if (process->limit)
				setLimit(p, process->limit = 0);
			tellLeader(p, M_CLOSE);
		}
		process->used = 0;
	}
	memset(self.reg, 0, sizeof self.reg);
	return killed;
}
