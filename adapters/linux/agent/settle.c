/* Knowing when everything has come to rest: every issued call has completed or sleeps in the kernel, and nothing is on its way. */
#include "slot.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* /proc/.../syscall answers "running" unless the kernel has seen the task off the processor and not runnable;
 * the state letter then tells an interruptible sleep from a short uninterruptible one. */
int isParked(struct thread_box *box, struct thread *thread)
{
	char text[256];
	ssize_t n = pread(thread->syscallFile, text, sizeof text - 1, 0);
	if (n <= 0 || text[0] == 'r' || text[0] == '-')
		return 0;
	text[n] = 0;
	if (atol(text) != box->number || box->number == 202)
		return 0;
	n = pread(thread->statFile, text, sizeof text - 1, 0);
	if (n <= 0)
		return 0;
	text[n] = 0;
	const char *state = strrchr(text, ')');
	return state && state[1] == ' ' && state[2] == 'S' && !atomic_load(&box->done);
}

/* Returns when the call of this thread has completed or is parked. */
void settleIssuer(int p, int t, int mustComplete)
{
	struct thread_box *box = &self.box->process[p].thread[t];
	struct thread *thread = &self.process[p].thread[t];
	for (u32 round = 0; !atomic_load(&box->done); pause_(&round))
		if (!mustComplete && isParked(box, thread))
			return;
}

/* Every busy thread is parked, or has completed and is reported. A pass that saw a change is followed by another:
 * whoever completed may have woken a thread that was looked at before. */
void settleAll(void)
{
	for (u32 round = 0;;) {
		int changed = 0, running = 0;
		for (int p = 0; p < PROCS; p++) {
			if (!self.process[p].alive)
				continue;
			for (int t = 0; t < THREADS; t++) {
				struct thread *thread = &self.process[p].thread[t];
				struct thread_box *box = &self.box->process[p].thread[t];
				if (!thread->busy)
					continue;
				if (atomic_load(&box->done)) {
					putCompletion(p, t, 2);
					changed = 1;
				} else if (!isParked(box, thread)) {
					running = 1;
				}
			}
		}
		if (!changed && !running)
			return;
		if (running)
			pause_(&round);
	}
}

/* Deferred work of the kernel runs on its pool of bound workers. They are at rest when all of them are idle at one moment:
 * each is seen idle between two readings of its run counter that agree, and no worker was added meanwhile. */
enum { WORKERS = 128 };
static struct { int pid, stat, runs; char before[64]; } worker[WORKERS];
static int workers;
static int children = -1;
static char known[8192];
static ssize_t knownLength;

static int isBoundWorker(int pid)
{
	char path[64], name[64];
	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, name, sizeof name - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	name[n] = 0;
	int processor, id, used = 0;
	if (sscanf(name, "kworker/%d:%d%n", &processor, &id, &used) != 2)
		return 0;
	return name[used] != 'H';
}

static void findWorkers(void)
{
	char text[8192], path[64];
	for (int i = 0; i < workers; i++) {
		close(worker[i].stat);
		close(worker[i].runs);
	}
	workers = 0;
	memcpy(text, known, (size_t)knownLength);
	text[knownLength] = 0;
	for (char *next = text; *next && workers < WORKERS;) {
		int pid = (int)strtol(next, &next, 10);
		while (*next == ' ' || *next == '\n')
			next++;
		if (!pid || !isBoundWorker(pid))
			continue;
		snprintf(path, sizeof path, "/proc/%d/stat", pid);
		int stat = open(path, O_RDONLY | O_CLOEXEC);
		snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
		int runs = open(path, O_RDONLY | O_CLOEXEC);
		worker[workers].pid = pid;
		worker[workers].stat = stat;
		worker[workers++].runs = runs;
	}
}

static int sameWorkers(void)
{
	char text[8192];
	if (children < 0)
		children = open("/proc/2/task/2/children", O_RDONLY | O_CLOEXEC);
	if (children < 0)
		fail(F_AGENT, self.p, self.t, -errno, "the kernel does not list its threads");
	ssize_t n = pread(children, text, sizeof text - 1, 0);
	if (n == knownLength && memcmp(text, known, (size_t)n) == 0)
		return 1;
	memcpy(known, text, (size_t)n);
	knownLength = n;
	return 0;
}

static int runsOf(int i, char *text)
{
	ssize_t n = pread(worker[i].runs, text, 63, 0);
	text[n > 0 ? n : 0] = 0;
	return n > 0;
}

static int idle(int i)
{
	char text[256];
	ssize_t n = pread(worker[i].stat, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = 0;
	const char *state = strrchr(text, ')');
	return state && state[2] == 'I';
}

static int allIdle(void)
{
	char after[64];
	for (int i = 0; i < workers; i++)
		if (!runsOf(i, worker[i].before))
			return 0;
	for (int i = 0; i < workers; i++)
		if (!idle(i))
			return 0;
	for (int i = 0; i < workers; i++)
		if (!runsOf(i, after) || strcmp(after, worker[i].before) != 0)
			return 0;
	return 1;
}

void waitKernelIdle(void)
{
	int stale = workers == 0;
	for (u32 round = 0;; pause_(&round)) {
		if (!sameWorkers() || stale) {
			findWorkers();
			stale = 0;
			continue;
		}
		if (!allIdle())
			continue;
		if (sameWorkers())
			return;
		stale = 1;
	}
}
