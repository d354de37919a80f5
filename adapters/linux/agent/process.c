/* Worker processes and their threads, as the orchestrator sees them: made lazily, reused after cleaning, killed when in doubt. */
#include "slot.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void forget(int p)
{
	struct process *process = &self.process[p];
	for (int t = 0; t < THREADS; t++) {
		if (!process->thread[t].exists)
			continue;
		close(process->thread[t].syscallFile);
		close(process->thread[t].statFile);
	}
	memset(process->thread, 0, sizeof process->thread);
	process->alive = process->used = process->dirty = 0;
}

/* A worker that is gone although nobody killed it ends the request. */
void checkDeaths(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);
	if (pid <= 0)
		return;
	for (int p = 0; p < PROCS; p++) {
		if (!self.process[p].alive || self.process[p].pid != pid)
			continue;
		forget(p);
		fail(F_DIED, p, 0, WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status), "a worker process died");
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
	nanosleep(&nap, NULL);
}

static i64 tellLeader(int p, u32 command)
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
	process->pid = process->lastPid = pid;
}

struct process *needProcess(int p)
{
	struct process *process = &self.process[p];
	process->used = 1;
	if (process->alive)
		return process;
	memset(&self.box->process[p], 0, sizeof self.box->process[p]);
	pid_t pid = fork();
	if (pid < 0)
		fail(F_LIMIT, p, 0, -errno, "fork failed");
	if (pid == 0) {
		struct sched_param zero = { 0 };
		sched_setscheduler(0, SCHED_OTHER, &zero);
		workerMain(self.box, p);
	}
	adopt(p, pid);
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

/* Threads are made in the order of their index, so that kernel thread ids ascend with it in a fresh process. */
struct thread *needThread(int p, int t)
{
	struct process *process = needProcess(p);
	for (int i = 0; i <= t; i++) {
		struct thread *thread = &process->thread[i];
		if (thread->exists)
			continue;
		self.box->process[p].subject = (u32)i;
		i64 tid = tellLeader(p, M_THREAD);
		if (tid < 0)
			fail(F_LIMIT, p, i, tid, "cannot make a thread");
		memset(thread, 0, sizeof *thread);
		thread->tid = (pid_t)tid;
		thread->syscallFile = openTaskFile(process->pid, thread->tid, "syscall");
		thread->statFile = openTaskFile(process->pid, thread->tid, "stat");
		thread->exists = 1;
	}
	process->thread[t].used = 1;
	return &process->thread[t];
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

void forkProcess(int p, int q)
{
	needProcess(p);
	if (self.process[q].alive && self.process[q].used)
		fail(F_MALFORMED, p, 0, q, "the target of FORK is in use");
	killProcess(q);
	memset(&self.box->process[q], 0, sizeof self.box->process[q]);
	self.box->process[p].subject = (u32)q;
	i64 pid = tellLeader(p, M_FORK);
	if (pid < 0)
		fail(F_LIMIT, p, 0, pid, "fork failed");
	adopt(q, (pid_t)pid);
	self.process[q].dirty = 1;
}

void leaveThread(int p, int t)
{
	struct thread *thread = needThread(p, t);
	struct thread_box *box = &self.box->process[p].thread[t];
	char byte;
	u32 round = 0;
	if (thread->busy)
		fail(F_MALFORMED, p, t, 0, "EXIT_THREAD of a parked thread");
	atomic_store(&box->command, LEAVE);
	futexWake(&box->command);
	while (atomic_load(&box->tid) != 0 || pread(thread->statFile, &byte, 1, 0) > 0)
		pause_(&round);
	close(thread->syscallFile);
	close(thread->statFile);
	memset(thread, 0, sizeof *thread);
}

void guardPage(int p, u8 *page)
{
	self.box->process[p].address = (u64)(uintptr_t)page;
	if (tellLeader(p, M_GUARD) < 0)
		fail(F_AGENT, p, 0, 0, "cannot guard a page");
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
		thread->used = 0;
	}
	return 0;
}

/* Leaves every worker as it was before the sequence; answers how many had to be killed for it. */
int resetProcesses(void)
{
	int killed = 0;
	for (int p = 0; p < PROCS; p++) {
		struct process *process = &self.process[p];
		if (!process->alive || !process->used)
			continue;
		if (process->dirty || interruptThreads(p) < 0 || tellLeader(p, M_CLEAN) < 0) {
			killProcess(p);
			killed++;
		}
		process->used = 0;
	}
	memset(self.reg, 0, sizeof self.reg);
	return killed;
}
