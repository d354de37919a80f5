/* Knowing when the kernel's deferred work is done. It runs on pools of bound workers, one pool a processor; a pool with work has
 * a worker that is running or runnable. Each worker's run counter is kept from a moment when it was seen idle. When none of a
 * pool is runnable and, read after that, no counter has moved, then nothing that was queued before is left in that pool: whoever
 * was to do it would have been runnable, or would have run. Every pool must have such a moment, not all the same one, because
 * queued work does not change pools. Then it only remains to see that no worker was added. */
#include "slot.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WORKERS = 512 };
static struct { int pid, processor, syscall, stat, runs; char seen[64]; } worker[WORKERS];
static int workers;
static char known[16384], lastTask[32];

static int readFd(int fd, char *text, size_t room)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, text, room - 1, 0);
	text[n > 0 ? n : 0] = 0;
	return n > 0;
}

static int openFor(int pid, const char *name)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

enum { NO_WORKER = -1, NO_NAME_YET = -2 };

/* The processor of a bound worker of normal priority. A thread has its maker's name until it is given its own. */
static int processorOf(int pid)
{
	char name[64];
	int fd = openFor(pid, "comm"), processor, id, used = 0;
	int found = readFd(fd, name, sizeof name) && sscanf(name, "kworker/%d:%d%n", &processor, &id, &used) == 2 && name[used] != 'H';
	close(fd);
	return found ? processor : strncmp(name, "kthreadd", 8) == 0 ? NO_NAME_YET : NO_WORKER;
}

static void forgetWorker(int i)
{
	close(worker[i].syscall);
	close(worker[i].stat);
	close(worker[i].runs);
	worker[i] = worker[--workers];
}

static int addWorker(int pid)
{
	int processor = workers < WORKERS ? processorOf(pid) : NO_WORKER;
	if (processor < 0)
		return processor;
	worker[workers].pid = pid;
	worker[workers].processor = processor;
	worker[workers].syscall = openFor(pid, "syscall");
	worker[workers].stat = openFor(pid, "stat");
	worker[workers].runs = openFor(pid, "schedstat");
	worker[workers++].seen[0] = 0;
	return processor;
}

/* Brings the list of workers up to date. Ids ascend and are not used again, so that only those above the highest are new. */
static void findWorkers(void)
{
	static int highest;
	u64 alive[(WORKERS + 63) / 64] = { 0 };
	int old = workers;
	for (char *next = known; *next;) {
		int pid = (int)strtol(next, &next, 10);
		while (*next == ' ' || *next == '\n')
			next++;
		if (pid > highest) {
			if (addWorker(pid) == NO_NAME_YET) {
				known[0] = lastTask[0] = 0; /* look again */
				return;
			}
			highest = pid;
			continue;
		}
		for (int i = 0; i < old; i++)
			if (worker[i].pid == pid)
				alive[i / 64] |= 1ull << i % 64;
	}
	for (int i = old - 1; i >= 0; i--)
		if (!(alive[i / 64] >> i % 64 & 1))
			forgetWorker(i);
}

/* Whether the kernel has the same threads as when last asked; the newest process id spares the look at all of them. */
static int sameWorkers(void)
{
	static int children = -1, load = -1;
	char text[sizeof known];
	if (children < 0)
		children = open("/proc/2/task/2/children", O_RDONLY | O_CLOEXEC);
	if (load < 0)
		load = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	if (children < 0 || !readFd(load, text, sizeof text))
		fail(F_AGENT, self.p, self.t, -errno, "the kernel does not list its threads");
	const char *last = strrchr(text, ' ');
	if (last && strncmp(last, lastTask, sizeof lastTask) == 0)
		return 1;
	if (last)
		strncpy(lastTask, last, sizeof lastTask - 1);
	readFd(children, text, sizeof text);
	if (strcmp(text, known) == 0)
		return 1;
	strcpy(known, text);
	return 0;
}

static int seeIdle(int i)
{
	char runs[64], text[256];
	if (!readFd(worker[i].runs, runs, sizeof runs) || !readFd(worker[i].stat, text, sizeof text))
		return 0;
	const char *state = strrchr(text, ')');
	if (!state || state[2] != 'I')
		return 0;
	memcpy(worker[i].seen, runs, sizeof runs);
	return 1;
}

static int poolIdle(int processor)
{
	char text[256];
	int idle = 1;
	for (int i = 0; i < workers; i++)
		if (worker[i].processor == processor && !worker[i].seen[0])
			idle &= seeIdle(i);
	for (int i = 0; idle && i < workers; i++)
		if (worker[i].processor == processor)
			idle = readFd(worker[i].syscall, text, sizeof text) && text[0] != 'r';
	for (int i = 0; idle && i < workers; i++)
		if (worker[i].processor == processor && (!readFd(worker[i].runs, text, sizeof text) || strcmp(text, worker[i].seen) != 0))
			worker[i].seen[0] = 0, idle = 0;
	return idle;
}

/* Whether the kernel's threads can be seen from here: its process 2 makes them all. Not so in a container. */
int kernelShows(void)
{
	static int shows = -1;
	char name[64];
	if (shows >= 0)
		return shows;
	int fd = openFor(2, "comm");
	shows = readFd(fd, name, sizeof name) && strncmp(name, "kthreadd", 8) == 0 && access("/proc/2/task/2/children", R_OK) == 0;
	close(fd);
	return shows;
}

enum { BLIND_MS = 20 }; /* how long deferred work is given where nothing tells that it is done */

void waitKernelIdle(void)
{
	if (!kernelShows()) {
		usleep(BLIND_MS * 1000);
		return;
	}
	int stale = workers == 0;
	u64 done = 0, all = 0;
	for (u32 round = 0;; pause_(&round)) {
		if (!sameWorkers() || stale) {
			findWorkers();
			stale = 0;
			done = all = 0;
		}
		for (int i = 0; i < workers; i++) {
			u64 bit = 1ull << (worker[i].processor & 63);
			all |= bit;
			if (!(done & bit) && poolIdle(worker[i].processor))
				done |= bit;
		}
		if (done != all)
			continue;
		if (sameWorkers())
			return;
		stale = 1;
	}
}
